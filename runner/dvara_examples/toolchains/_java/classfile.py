"""The few facts of a compiled class that decide how it is started, read as the JVM specification defines them (chapter 4)."""

import struct
from dataclasses import dataclass

_MAGIC = 0xCAFEBABE
_PREVIEW = 0xFFFF
"""The minor version of a class that uses preview features."""
_UTF8, _LONG, _DOUBLE = 1, 5, 6
_SIZES = {3: 4, 4: 4, _LONG: 8, _DOUBLE: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}


@dataclass(frozen=True, slots=True)
class ClassFile:
    """*methods* are the names and descriptors of the methods the class declares; *module* is the module it describes, or ""."""

    methods: tuple[tuple[str, str], ...] = ()
    module: str = ""
    is_preview: bool = False

    @property
    def has_main(self) -> bool:
        """Whether the class declares a main method, with arguments or without."""
        return any(name == "main" and descriptor.startswith(_MAIN) for name, descriptor in self.methods)


_MAIN = ("([Ljava/lang/String;)", "()")


def read_class(data: bytes) -> ClassFile:
    """Read one class file. Raises ValueError if *data* is not one."""
    try:
        return _Reader(data).read()
    except (struct.error, IndexError, KeyError) as error:
        raise ValueError("not a class file") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._constants: dict[int, bytes] = {}

    def read(self) -> ClassFile:
        if self._number(4) != _MAGIC:
            raise ValueError("not a class file")
        is_preview = self._number(2) == _PREVIEW
        self._skip(2)
        self._read_constants()
        self._skip(6)  # access flags, this class, super class
        self._skip(2 * self._number(2))  # interfaces
        self._members()  # fields
        methods = self._members()
        return ClassFile(methods, self._module(), is_preview)

    def _number(self, size: int) -> int:
        number: int = struct.unpack_from({1: ">B", 2: ">H", 4: ">I"}[size], self._data, self._at)[0]
        self._at += size
        return number

    def _skip(self, size: int) -> None:
        self._at += size

    def _read_constants(self) -> None:
        """Keep each constant's bytes; a long or double takes two numbers."""
        count, index = self._number(2), 1
        while index < count:
            tag = self._number(1)
            size = self._number(2) if tag == _UTF8 else _SIZES[tag]
            self._constants[index] = self._data[self._at : self._at + size]
            self._skip(size)
            index += 2 if tag in (_LONG, _DOUBLE) else 1

    def _text(self, index: int) -> str:
        return self._constants[index].decode(errors="replace")

    def _members(self) -> tuple[tuple[str, str], ...]:
        """Return name and descriptor of all fields or methods."""
        found = []
        for _ in range(self._number(2)):
            self._skip(2)
            found.append((self._text(self._number(2)), self._text(self._number(2))))
            self._attributes()
        return tuple(found)

    def _attributes(self) -> dict[str, int]:
        """Return where each attribute starts, and step over all of them."""
        found = {}
        for _ in range(self._number(2)):
            name, size = self._text(self._number(2)), self._number(4)
            found[name] = self._at
            self._skip(size)
        return found

    def _module(self) -> str:
        """Return the name in the ``Module`` attribute; it is an index of an index."""
        place = self._attributes().get("Module")
        if place is None:
            return ""
        name = self._constants[int.from_bytes(self._data[place : place + 2])]
        return self._text(int.from_bytes(name)).replace("/", ".")
