//! Records that the kernel programs hand to user space, and their decoding.
