"""What the gate's own tests are made of: a copy of the repository, and the edits that must turn each rule red."""
