"""Proofs in the Merkle tree of RFC 9162: that a leaf is in it, and that a tree extends an earlier one.

A tree is given by `node(height, index)`: the hash over the 2^height leaves from index * 2^height on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ncre.ledger.verifier import EMPTY, Frontier, node_hash

NodeOf = Callable[[int, int], bytes]


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 2^n hashes of one height."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over any number of leaf hashes."""
    tree = Frontier()
    for hash_ in hashes:
        tree.append(hash_)
    return tree.root()


def subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """(height, index) of the fewest perfect subtrees that cover the leaves from `start` until before `end`."""
    while start < end:
        height = min(((start & -start) or end).bit_length(), (end - start).bit_length()) - 1
        yield height, start >> height
        start += 1 << height


def range_root(node: NodeOf, start: int, end: int) -> bytes:
    """The root over these leaves; `start` is a multiple of the next power of two (as in every proof)."""
    if start == end:
        return EMPTY
    hashes = [node(height, index) for height, index in subtrees(start, end)]
    root = hashes.pop()
    while hashes:
        root = node_hash(hashes.pop(), root)
    return root


def inclusion_proof(node: NodeOf, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162 section 2.1.3.1. Raises ValueError for a leaf beyond the tree."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return _path(node, index, 0, size)


def _path(node: NodeOf, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(node, index, start, middle), range_root(node, middle, end)]
    return [*_path(node, index, middle, end), range_root(node, start, middle)]


def consistency_proof(node: NodeOf, earlier: int, size: int) -> list[bytes]:
    """PROOF(earlier, D[size]) of RFC 9162 section 2.1.4.1. Raises ValueError for sizes that do not grow."""
    if not 0 < earlier <= size:
        raise ValueError(f"a tree of {size} does not extend one of {earlier}")
    return _subproof(node, earlier, 0, size, whole=True)


def _subproof(node: NodeOf, earlier: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    size = end - start
    if earlier == size:
        return [] if whole else [range_root(node, start, end)]
    split = _split(size)
    if earlier <= split:
        left = _subproof(node, earlier, start, start + split, whole=whole)
        return [*left, range_root(node, start + split, end)]
    right = _subproof(node, earlier - split, start + split, end, whole=False)
    return [*right, range_root(node, start, start + split)]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    first, last, hash_ = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            hash_ = node_hash(sibling, hash_)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and hash_ == root


def is_consistent(earlier: int, old: bytes, size: int, new: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2: whether the tree of `size` with root `new` extends that of `earlier` with root `old`."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and old == new
    path = list(proof) if earlier & (earlier - 1) else [old, *proof]
    if not path:
        return False
    first, last = earlier - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    was = is_ = path[0]
    for hash_ in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            was, is_ = node_hash(hash_, was), node_hash(hash_, is_)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            is_ = node_hash(is_, hash_)
        first, last = first >> 1, last >> 1
    return last == 0 and was == old and is_ == new
