"""The discrete Fourier transforms."""

from tests.numpy.table.tables import Table, array, complexes, signed

table = Table()


def call(name, **options):
    return lambda np, x: getattr(np.fft, name)(x, **options)


REALS, HALVES = ("rfft", "ihfft"), ("irfft", "hfft")
ONE = ("fft", "ifft", *REALS, *HALVES)
for name in ONE:
    make = signed if name in REALS else complexes
    for length in (1, 2, 3, 4, 5, 8):
        table.add(f"{name} of {length}", call(name), make(length))
    for n in (1, 2, 3, 6, 7):
        table.add(f"{name} n={n}", call(name, n=n), make(4))
    for norm in (None, "backward", "ortho", "forward"):
        table.add(f"{name} norm {norm}", call(name, norm=norm), make(2, 5))
        table.add(f"{name} n=6 norm {norm}", call(name, n=6, norm=norm), make(5))
    for axis in (0, 1, -1):
        table.add(f"{name} axis {axis}", call(name, axis=axis, n=3), make(4, 2, 3))
    for shape in ((0, 3), (2, 3)):
        table.add(f"{name} {shape}", call(name), make(*shape))
    for dtype in ("float32", "float64", "int64", "bool"):
        made = signed(4, dtype=dtype) if dtype.startswith("f") else array(4, dtype=dtype)
        table.add(f"{name} {dtype}", call(name), made)
    table.add(f"{name} complex64", call(name), complexes(4, dtype="complex64"))
    table.add(f"{name} of nothing", call(name), make(0))
    table.add(f"{name} n=0", call(name, n=0), make(3))
    table.add(f"{name} no such axis", call(name, axis=2), make(3))
    table.add(f"{name} no such norm", call(name, norm="twice"), make(3))
    table.add(f"{name} of a number", call(name), 1.5)
    table.add(
        f"{name} of a list",
        lambda np, x, f=name: getattr(np.fft, f)([x, 2 * x, 1.0]),
        1.5,
        through_numpy=False,
    )
table.add("rfft of complex numbers", call("rfft"), complexes(3))

SEVERAL = ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "irfft2", "rfftn", "irfftn")
for name in SEVERAL:
    make = signed if name.startswith("rfft") else complexes
    table.add(f"{name}", call(name), make(3, 4))
    table.add(f"{name} of a stack", call(name), make(2, 3, 4))
    table.add(f"{name} float32", call(name), signed(3, 4, dtype="float32"))
    for norm in ("ortho", "forward"):
        table.add(f"{name} norm {norm}", call(name, norm=norm), make(3, 4))
    table.add(f"{name} s", call(name, s=(2, 6), axes=(0, 1)), make(3, 4))
    table.add(f"{name} axes", call(name, axes=(1, 0)), make(3, 4, 2))
    table.add(f"{name} s and axes", call(name, s=(5, 3), axes=(2, 0)), make(3, 4, 2))
    table.add(f"{name} s is too long", call(name, s=(2, 3, 4), axes=(0, 1)), make(3, 4))
    if name.endswith("n"):
        table.add(f"{name} one axis", call(name, axes=(1,)), make(3, 4, 2))

for name in ("fftshift", "ifftshift"):
    for shape in ((4,), (5,), (2, 3)):
        table.add(f"{name} {shape}", call(name), signed(*shape))
    table.add(f"{name} axes", call(name, axes=1), complexes(3, 4))
    table.add(f"{name} several axes", call(name, axes=(0, 2)), signed(3, 4, 5))

for name, half in (("fftfreq", 4), ("rfftfreq", 3)):
    for n in (1, 4, 5):
        table.add(f"{name} {n}", lambda np, d, f=name, n=n: getattr(np.fft, f)(n, d), 0.3)
    table.add(f"{name} of plain", lambda np, x, f=name: x * getattr(np.fft, f)(4), signed(half))

# Programs -----------------------------------------------------------------------------------------


def filtered(np, x, gain):
    return np.fft.irfft(np.fft.rfft(x) * gain, n=x.shape[0])


def derivative(np, x):
    return np.real(np.fft.ifft(2j * np.pi * np.fft.fftfreq(x.shape[0]) * np.fft.fft(x)))


def convolution(np, x, y):
    n = x.shape[0] + y.shape[0] - 1
    return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(y, n), n)


table.add("a filter", filtered, signed(7), complexes(4))
table.add("a derivative", derivative, signed(6))
table.add("a convolution", convolution, signed(5), signed(3))
table.add("power spectrum", lambda np, x: np.abs(np.fft.rfft(x)) ** 2, signed(8))
