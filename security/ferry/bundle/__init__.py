"""The sealed bundle, version 1. The format is described in docs/ferry-format.md."""
