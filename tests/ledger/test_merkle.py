"""The tree and its proofs: reference vectors, every pair up to 70 leaves, and an independent implementation."""

from __future__ import annotations

from hashlib import sha256

import pytest
from pymerkle import InmemoryTree
from pymerkle import verify_consistency as their_consistency
from pymerkle import verify_inclusion as their_inclusion

from ncre.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    perfect_root,
    range_root,
    root_of,
    subtrees,
)
from ncre.ledger.verifier import EMPTY, Frontier, leaf_hash, node_hash

MOST = 70

RFC_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The reference leaves of Certificate Transparency."""

RFC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def nodes(hashes: list[bytes]):  # type: ignore[no-untyped-def]
    return lambda height, index: perfect_root(hashes[index << height : (index + 1) << height])


def test_the_reference_roots() -> None:
    assert sha256(b"").digest() == EMPTY == Frontier().root()
    hashes = [leaf_hash(data) for data in RFC_LEAVES]
    for size, root in enumerate(RFC_ROOTS, start=1):
        assert root_of(hashes[:size]).hex() == root


def test_the_reference_proofs() -> None:
    """Of RFC 6962 section 2.1.3, over seven leaves named d0 to d6."""
    d = [leaf_hash(f"d{number}".encode()) for number in range(7)]
    a, b, c, j = d[0], d[1], d[2], d[6]
    g, h, i = node_hash(a, b), node_hash(c, d[3]), node_hash(d[4], d[5])
    k, l_ = node_hash(g, h), node_hash(i, j)
    node = nodes(d)
    assert inclusion_proof(node, 0, 7) == [b, h, l_]
    assert inclusion_proof(node, 3, 7) == [c, g, l_]
    assert inclusion_proof(node, 4, 7) == [d[5], j, k]
    assert inclusion_proof(node, 6, 7) == [i, k]
    assert consistency_proof(node, 3, 7) == [c, d[3], g, l_]
    assert consistency_proof(node, 4, 7) == [l_]
    assert consistency_proof(node, 6, 7) == [i, j, k]


def test_every_inclusion_up_to_seventy_leaves() -> None:
    hashes = leaves(MOST)
    node = nodes(hashes)
    for size in range(1, MOST + 1):
        root = root_of(hashes[:size])
        for index in range(size):
            proof = inclusion_proof(node, index, size)
            assert is_included(hashes[index], index, size, proof, root)
            assert not is_included(hashes[index], (index + 1) % size, size, proof, root) or size == 1
            assert not is_included(leaf_hash(b"other"), index, size, proof, root)
            assert not is_included(hashes[index], index, size, [*proof, EMPTY], root)
            assert not proof or not is_included(hashes[index], index, size, proof[:-1], root)


def test_every_consistency_up_to_seventy_leaves() -> None:
    hashes = leaves(MOST)
    node = nodes(hashes)
    roots = [root_of(hashes[:size]) for size in range(MOST + 1)]
    for size in range(1, MOST + 1):
        for earlier in range(1, size + 1):
            proof = consistency_proof(node, earlier, size)
            assert is_consistent(earlier, roots[earlier], size, roots[size], proof)
            assert not is_consistent(earlier, EMPTY, size, roots[size], proof)
            assert not is_consistent(earlier, roots[earlier], size, EMPTY, proof)
            assert not is_consistent(earlier, roots[earlier], size, roots[size], [*proof, EMPTY])
            if proof:
                assert not is_consistent(earlier, roots[earlier], size, roots[size], proof[:-1])
                assert not is_consistent(earlier, roots[earlier], size, roots[size], [EMPTY, *proof[1:]])


def test_every_range_is_covered_by_subtrees_that_a_frontier_takes() -> None:
    hashes = leaves(MOST)
    node = nodes(hashes)
    for start in range(MOST):
        for end in range(start, MOST + 1):
            tree = Frontier()
            for hash_ in hashes[:start]:
                tree.append(hash_)
            for height, index in subtrees(start, end):
                assert index << height == tree.size
                tree.append(node(height, index), 1 << height)
            assert tree.root() == root_of(hashes[:end])
    assert range_root(node, 0, 0) == EMPTY


@pytest.mark.parametrize(("earlier", "size"), [(0, 0), (0, 4), (-1, 4), (5, 4)])
def test_nothing_proves_that_a_tree_extends_none_or_a_larger_one(earlier: int, size: int) -> None:
    node = nodes(leaves(4))
    with pytest.raises(ValueError, match="does not extend"):
        consistency_proof(node, earlier, size)


def test_a_subtree_at_a_place_where_none_is_raises() -> None:
    tree = Frontier()
    tree.append(EMPTY)
    with pytest.raises(ValueError, match="cannot"):
        tree.append(EMPTY, 2)


def test_an_independent_implementation_agrees_on_roots_and_proofs() -> None:
    theirs = InmemoryTree(algorithm="sha256")
    hashes = leaves(MOST)
    node = nodes(hashes)
    for size in range(1, MOST + 1):
        theirs.append_entry(str(size - 1).encode())
        assert theirs.get_root(size) == root_of(hashes[:size])
        for index in {0, size // 3, size - 1}:
            their_proof = theirs.prove_inclusion(index + 1, size)
            their_inclusion(hashes[index], root_of(hashes[:size]), their_proof)
            proof = inclusion_proof(node, index, size)
            assert set(proof) == set(their_proof.path) - {hashes[index]} or not proof
        for earlier in {1, size // 2 or 1, size}:
            their_consistency(
                root_of(hashes[:earlier]), root_of(hashes[:size]), theirs.prove_consistency(earlier, size)
            )
