"""Use cases over ports: with the interpreter's loop the only async code of the core. No vendor, no I/O of their own."""
