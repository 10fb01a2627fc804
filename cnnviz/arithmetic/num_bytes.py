"""How many bytes the numbers take: every value is a float32, 4 bytes, as PyTorch makes them unless told otherwise."""

FLOAT32_BYTES = 4
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def readable_bytes(number: int) -> str:
    """Bytes in the unit in which they are a small number, rounded to three figures; 1 kB is 1,000 bytes.

    >>> readable_bytes(1_161_600), readable_bytes(553_430_176), readable_bytes(512), readable_bytes(999_999)
    ('1.16 MB', '553 MB', '512 bytes', '1.00 MB')
    """
    size, unit = float(number), 0
    while size >= 999.5 and unit + 1 < len(UNITS):
        size, unit = size / 1000, unit + 1
    if unit == 0:
        return f"{number:,} {UNITS[0]}"
    decimals = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{size:,.{decimals}f} {UNITS[unit]}"
