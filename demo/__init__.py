"""A sample county that runs on one machine: emulated devices and two instances of the real product."""
