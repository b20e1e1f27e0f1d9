"""Graph → machine code, through LLVM; no compiler is needed on the user's machine."""
