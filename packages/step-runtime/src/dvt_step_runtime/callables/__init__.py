"""Finding, checking and calling what a plan names as `module:function`; used by children and by the worker's loop."""
