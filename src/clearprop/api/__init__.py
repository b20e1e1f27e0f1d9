"""What users call: transformations of functions, composed of the floors below.

``clearprop.grad`` and its kin are found by the package itself, each in the module that holds it, so
that the first use of one does not import the others.
"""
