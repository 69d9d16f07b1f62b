"""What somebody would write by hand without DVT: the other side of the comparisons."""
