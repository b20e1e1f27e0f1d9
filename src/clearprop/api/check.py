"""placeholder"""
GradientCheck=None
def check_grads(*a, **k): raise RuntimeError
