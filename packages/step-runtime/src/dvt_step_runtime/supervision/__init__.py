"""Programs that cannot outlive the call, nor the worker."""
