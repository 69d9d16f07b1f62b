"""What tests of executors wait for."""
