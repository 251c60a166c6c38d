//! Which key or value of a YAML file is at a byte, also where the file has a fault.
