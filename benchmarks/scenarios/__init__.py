"""One module per scenario, each with a `SCENARIO`; its file name is its name on the command line."""
