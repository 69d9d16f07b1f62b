"""The built-in kinds, one module each; `plugins` finds them by entry point, as it finds those of others."""
