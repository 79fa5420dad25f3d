//! Attack stories as text, run over the real pipeline.
