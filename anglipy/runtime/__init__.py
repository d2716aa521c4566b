"""What compiled programs run on: values, primitives, distributions, the machine."""
