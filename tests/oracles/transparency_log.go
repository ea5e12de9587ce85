// Checks a ledger with the library behind Go's checksum database (golang.org/x/mod/sumdb), which signed notes and
// tiled transparency logs come from.
//
//	transparency_log KEY FOLDER
//
// FOLDER holds what the ledger serves: `checkpoint` and an `older` one, `tile/LEVEL/NAME`, and `leaves`, the log as
// hexadecimal hashes of its lines. Exit 0 where all of it agrees; else the first thing that does not, on stderr.
package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: transparency_log KEY FOLDER"))
	}
	folder := os.Args[2]
	newest, older := open(os.Args[1], folder, "checkpoint"), open(os.Args[1], folder, "older")
	reader := tlog.TileHashReader(newest, tiles(folder))

	grown, err := tlog.ProveTree(newest.N, older.N, reader)
	fail(err)
	fail(tlog.CheckTree(grown, newest.N, newest.Hash, older.N, older.Hash))

	for number, leaf := range leaves(folder) {
		proof, err := tlog.ProveRecord(newest.N, int64(number), reader)
		fail(err)
		fail(tlog.CheckRecord(proof, newest.N, newest.Hash, int64(number), leaf))
	}
	fmt.Println(older.N, newest.N)
}

func open(key, folder, name string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	fail(err)
	signed, err := note.Open(read(folder, name), note.VerifierList(verifier))
	fail(err)
	// Go's own trees begin with another line than a C2SP checkpoint, whose first is the name of the log.
	lines := strings.SplitN(signed.Text, "\n", 4)
	if lines[0] != verifier.Name() {
		fail(fmt.Errorf("%s is of the log %q", name, lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fail(err)
	root, err := tlog.ParseHash(lines[2])
	fail(err)
	return tlog.Tree{N: size, Hash: root}
}

type tiles string

func (folder tiles) Height() int { return 8 }

func (folder tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, 0, len(wanted))
	for _, tile := range wanted {
		// C2SP leaves the height out of the path, since it is always 8.
		found = append(found, read(string(folder), strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
	}
	return found, nil
}

func (folder tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func leaves(folder string) []tlog.Hash {
	var found []tlog.Hash
	for _, line := range strings.Fields(string(read(folder, "leaves"))) {
		raw, err := hex.DecodeString(line)
		fail(err)
		var hash tlog.Hash
		copy(hash[:], raw)
		found = append(found, hash)
	}
	return found
}

func read(folder, name string) []byte {
	content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
	fail(err)
	return content
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
