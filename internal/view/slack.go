package view

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
)

// The unused part of a page of SQLite (file format, section 1.6): the gap between the cell pointers and the cells, and the
// free blocks between cells. Its bytes mean nothing, so they may be overwritten; what a row that moved left behind
// stands there and nowhere else, as deleted rows and freed pages are overwritten by SQLite itself (secure_delete).

// clearSlack overwrites the unused part of a page of a table or an index. It says no when the page is of another kind, or
// when what it says of itself cannot be.
func clearSlack(page []byte, number int) bool {
	head := 0
	if number == 1 {
		head = 100 // of the file
	}
	size := 8
	switch page[head] {
	case 2, 5: // inside of the tree
		size = 12
	case 10, 13: // leaves
	default:
		return false
	}
	at := func(i int) int { return int(binary.BigEndian.Uint16(page[i:])) }
	from, to := head+size+2*at(head+3), at(head+5)
	if to == 0 {
		to = 1 << 16
	}
	if from > to || to > len(page) {
		return false
	}
	var blocks [][]byte
	for block := at(head + 1); block != 0; {
		if block < to || block+4 > len(page) || block+at(block+2) > len(page) || at(block+2) < 4 {
			return false
		}
		blocks = append(blocks, page[block+4:block+at(block+2)])
		next := at(block)
		if next != 0 && next <= block {
			return false
		}
		block = next
	}
	clear(page[from:to])
	for _, b := range blocks {
		clear(b)
	}
	return true
}

// clearPages clears the unused parts of pages in which something was found that must be gone, through SQLite, so that it
// is as durable as any other change. It says no when one of them is of a kind that has no such part.
func (f *Follower) clearPages(ctx context.Context, numbers []int) (bool, error) {
	for part := range slices.Chunk(numbers, 1000) {
		if _, err := f.db.write.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
			return false, fmt.Errorf("clearing pages of the views: %w", err)
		}
		ok, err := f.clearSome(ctx, part)
		end := "COMMIT"
		if err != nil || !ok {
			end = "ROLLBACK"
		}
		if _, e := f.db.write.ExecContext(ctx, end); err == nil && e != nil {
			err = e
		}
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func (f *Follower) clearSome(ctx context.Context, numbers []int) (bool, error) {
	for _, n := range numbers {
		var page []byte
		if err := f.db.write.QueryRowContext(ctx, "SELECT data FROM sqlite_dbpage WHERE pgno = ?", n).Scan(&page); err != nil {
			return false, fmt.Errorf("reading page %d of the views: %w", n, err)
		}
		if len(page) < 512 || !clearSlack(page, n) {
			return false, nil
		}
		if _, err := f.db.write.ExecContext(ctx, "UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?", page, n); err != nil {
			return false, fmt.Errorf("clearing page %d of the views: %w", n, err)
		}
	}
	return true, nil
}
