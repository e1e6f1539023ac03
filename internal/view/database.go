package view

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/radar"
)

// schemaVersion is raised whenever the schema, or what a fact does to a row, changes: the file is then built again.
const schemaVersion = 5

// fileName is the name of the file inside the workspace directory.
const fileName = "views.db"

// readers bounds how many lists are read at the same time.
const readers = 4

//go:embed schema/*.sql
var schemaFiles embed.FS

// errForeign says that the file is of another version or was never finished: it is thrown away.
var errForeign = errors.New("the views were made by another version")

// place is the last chunk applied.
type place struct {
	incarnation uint16
	seq         orrery.Seq
	hash        log.Hash
	at          orrery.Instant
	scrub       orrery.Seq // of an erasure whose bytes may still be in the file
}

// is says that a chunk is the one applied last.
func (p place) is(b *engine.Batch) bool {
	return b.Seq == p.seq && b.Hash == p.hash && b.Incarnation == p.incarnation
}

// database is the open file: one connection that writes and a few that read.
type database struct {
	dir   string
	pool  *sql.DB              // of the one connection that writes
	write *sql.Conn            // that connection
	texts map[string]*sql.Stmt // prepared on it, by their text
	read  *sql.DB
	radar *radar.Policy // as of the last fact applied; nil when it must be read
}

// openDatabase opens or makes the file. It fails with errForeign when it is of another version.
func openDatabase(ctx context.Context, dir string) (*database, error) {
	pragmas := []string{fmt.Sprintf("page_size(%d)", pageBytes), "auto_vacuum(2)", "journal_mode(WAL)", "synchronous(NORMAL)", "secure_delete(ON)", "busy_timeout(5000)",
		"trusted_schema(OFF)", "cache_size(-32768)",
		"wal_autocheckpoint(8192)"} // 32 MiB: a page that changes often is moved into the file once for many changes
	d := &database{dir: dir, texts: map[string]*sql.Stmt{}}
	var err error
	if d.pool, err = openSQL(filepath.Join(dir, fileName), pragmas, 1); err != nil {
		return nil, err
	}
	if d.write, err = d.pool.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the views: %w", err), d.pool.Close())
	}
	if err := d.prepare(ctx); err != nil {
		return nil, errors.Join(err, d.write.Close(), d.pool.Close())
	}
	if d.read, err = openSQL(filepath.Join(dir, fileName), []string{"busy_timeout(5000)", "query_only(ON)", "cache_size(-4096)"}, readers); err != nil {
		return nil, errors.Join(err, d.write.Close(), d.pool.Close())
	}
	return d, nil
}

func openSQL(path string, pragmas []string, connections int) (*sql.DB, error) {
	q := url.Values{"_pragma": pragmas}
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("opening the views: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// prepare makes the schema in a new file and checks the version of an old one.
func (d *database) prepare(ctx context.Context) error {
	var version, tables int
	row := d.write.QueryRowContext(ctx, "SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)")
	if err := row.Scan(&version, &tables); err != nil {
		return fmt.Errorf("reading the version of the views: %w", err)
	}
	switch {
	case version == schemaVersion:
		return nil
	case tables > 0:
		return errForeign
	}
	text, err := schemaText()
	if err != nil {
		return err
	}
	text = fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA user_version = %d;\nCOMMIT;", text, schemaVersion)
	if _, err := d.write.ExecContext(ctx, text); err != nil {
		return fmt.Errorf("making the schema of the views: %w", err)
	}
	return nil
}

// schemaText is the schema, in the order of its numbered files.
func schemaText() (string, error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql") // sorted
	if err != nil {
		return "", fmt.Errorf("listing the schema: %w", err)
	}
	var text []byte
	for _, name := range names {
		b, err := schemaFiles.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("reading the schema: %w", err)
		}
		text = append(append(text, b...), '\n')
	}
	return string(text), nil
}

// place reads the last chunk applied.
func (d *database) place(ctx context.Context) (place, error) {
	var p place
	var hash []byte
	row := d.write.QueryRowContext(ctx, "SELECT incarnation, seq, hash, at, scrub FROM place")
	if err := row.Scan(&p.incarnation, &p.seq, &hash, &p.at, &p.scrub); err != nil {
		return p, fmt.Errorf("reading how far the views are: %w", err)
	}
	copy(p.hash[:], hash)
	return p, nil
}

// prepared is the statement of that text on the writing connection.
func (d *database) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := d.texts[text]; s != nil {
		return s, nil
	}
	s, err := d.write.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("preparing %q: %w", text, err)
	}
	d.texts[text] = s
	return s, nil
}

func (d *database) close() error {
	errs := []error{d.read.Close()}
	for _, s := range d.texts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, d.write.Close(), d.pool.Close())...)
}

// discard removes the files of the views in a directory.
func discard(dir string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(filepath.Join(dir, fileName+suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("discarding the views: %w", err)
	}
	return nil
}

// damaged says that SQLite found the file to be none of its own or broken.
func damaged(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB)
}
