//! Small guests, one idea each: see the folder `examples`.
