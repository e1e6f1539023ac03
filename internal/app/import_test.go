package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/govern"
)

// command runs one command and returns what it printed.
func command(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := app.Main(args, &out, &errs); code != want {
		t.Fatalf("orrery %v ended with code %d instead of %d: %s%s", args, code, want, errs.String(), out.String())
	}
	return out.String() + errs.String()
}

func said(t *testing.T, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%q is expected in:\n%s", want, text)
	}
}

// spent sums up what a workspace knows of its customers' orders.
func spent(t *testing.T, dir string, users []string) (count, minor int64) {
	t.Helper()
	ctx := context.Background()
	h, err := app.OpenHouse(ctx, app.Settings{Dir: dir, Name: "main", Still: true})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, user := range users {
		p, err := h.Engine.Person(ctx, h.Engine.Find(orrery.UserID, user), 0)
		if err != nil {
			t.Fatalf("%s: %v", user, err)
		}
		count, minor = count+p.Known.Orders, minor+p.Known.Minor
		if len(p.Desk.Open()) > 0 || len(p.Experience.Holds) > 0 {
			t.Errorf("history opens no case and holds nothing; %s has some", user)
		}
	}
	return count, minor
}

// TestTheOrdersOfCDNOWImportToTheCent reads real customers' orders when ORRERY_DATA says where they are.
func TestTheOrdersOfCDNOWImportToTheCent(t *testing.T) {
	file := filepath.Join(os.Getenv("ORRERY_DATA"), "decisions", "CDNOW_sample.txt")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Skipf("the CDNOW orders are not here (%v): set ORRERY_DATA to the folder that holds decisions/CDNOW_sample.txt", err)
	}
	var rows, cents int64
	perUser := map[string]int{}
	var users []string
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		var whole, part int64
		if _, err := fmt.Sscanf(f[4], "%d.%02d", &whole, &part); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if perUser[f[0]]++; perUser[f[0]] == 1 {
			users = append(users, "cdnow-"+f[0])
		}
		rows, cents = rows+1, cents+whole*100+part
	}
	dir := t.TempDir()
	args := []string{"import", file, "--mapping", "cdnow", "--data", dir, "--errors", filepath.Join(dir, "errors")}
	said(t, command(t, 0, args...), fmt.Sprintf("%d rows read, %d taken, 0 of them known already, 0 not taken", rows, rows))
	said(t, command(t, 0, args...), fmt.Sprintf("%d of them known already", rows))
	count, minor := spent(t, dir, users)
	if rows != 6919 || len(users) != 2357 || count != rows || minor != cents {
		t.Errorf("6919 orders of 2357 customers are in the file; %d orders of %d customers worth %d cents were read, and the workspace knows %d worth %d", rows, len(users), cents, count, minor)
	}
}

const wrongOrders = "order_id;user_id;placed_at;total;currency\n" +
	"1;ann;2025-01-02T03:04:05Z;10.00;EUR\n" +
	"2;ann;2025-01-02T03:04:05Z;ten;EUR\n" +
	"3;ann;the other day;10.00;EUR\n" +
	"4;bob;2025-01-03T03:04:05Z;20.00;EUR\n"

func TestRowsThatAreWrongGoToAFileThatIsImportedOnceCorrected(t *testing.T) {
	dir := t.TempDir()
	file, wrong := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "wrong.csv")
	if err := os.WriteFile(file, []byte(wrongOrders), 0o600); err != nil {
		t.Fatal(err)
	}
	said(t, command(t, 0, "import", file, "--mapping", "orders-csv", "--data", filepath.Join(dir, "data"), "--errors", wrong),
		"4 rows read, 2 taken, 0 of them known already, 2 not taken")
	b, err := os.ReadFile(wrong)
	if err != nil {
		t.Fatal(err)
	}
	said(t, string(b), "# line 3: {total}: properties.total")
	said(t, string(b), "# line 4: {placed_at}: \"the other day\" is no time")
	corrected := strings.NewReplacer(";ten;", ";30.00;", ";the other day;", ";2025-01-05T00:00:00Z;").Replace(string(b))
	if err := os.WriteFile(wrong, []byte(corrected), 0o600); err != nil {
		t.Fatal(err)
	}
	said(t, command(t, 0, "import", wrong, "--mapping", "orders-csv", "--data", filepath.Join(dir, "data")), "2 rows read, 2 taken, 0 of them known already, 0 not taken")
	if count, minor := spent(t, filepath.Join(dir, "data"), []string{"ann", "bob"}); count != 4 || minor != 7000 {
		t.Errorf("4 orders worth 70.00 are expected; there are %d worth %d cents", count, minor)
	}
	said(t, command(t, 1, "import", file, "--mapping", "orders-csv", "--data", filepath.Join(dir, "data"), "--errors", wrong, "--resume"), "imported to its end")
}

func TestAnImportRefusesWhatItCannotUse(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("order_id,total\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	said(t, command(t, 1, "import", file, "--mapping", "nothing", "--data", data), "cdnow, orders-csv, segment-jsonl")
	said(t, command(t, 1, "import", file, "--mapping", "orders-csv", "--data", data), `no column "user_id"`)
	said(t, command(t, 1, "import", file, "--mapping", "orders-csv", "--data", data, "--errors", file), "name another")
	said(t, command(t, 1, "import", file, "--mapping", "orders-csv", "--data", data, "--server", "http://127.0.0.1:1"), "needs a key")
}

func TestAnImportGoesThroughTheServerThatHasTheDirectoryOpen(t *testing.T) {
	dir := t.TempDir()
	file, data, wrong := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "data"), filepath.Join(dir, "wrong")
	if err := os.WriteFile(file, []byte(wrongOrders), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := app.OpenHouse(context.Background(), app.Settings{Dir: data, Name: "main"})
	if err != nil {
		t.Fatal(err)
	}
	door, err := app.OpenControl(h)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"import", file, "--mapping", "orders-csv", "--data", data, "--errors", wrong}
	said(t, command(t, 0, args...), "4 rows read, 2 taken, 0 of them known already, 2 not taken")
	b, err := os.ReadFile(wrong)
	if err != nil {
		t.Fatal(err)
	}
	said(t, string(b), "# line 3: {total}: properties.total")
	said(t, string(b), "# line 4: {placed_at}: \"the other day\" is no time")
	said(t, command(t, 0, args...), "4 rows read, 2 taken, 2 of them known already, 2 not taken")
	said(t, command(t, 1, append(args, "--resume")...), "imported to its end")
	if err := errors.Join(door.Close(), h.Close()); err != nil {
		t.Fatal(err)
	}
	said(t, command(t, 0, args...), "4 rows read, 2 taken, 2 of them known already, 2 not taken") // the same rows, without a server
	if count, minor := spent(t, data, []string{"ann", "bob"}); count != 2 || minor != 3000 {
		t.Errorf("2 orders worth 30.00 are expected; there are %d worth %d cents", count, minor)
	}
}

func TestAnImportThroughARunningServerCountsWhatItQuarantined(t *testing.T) {
	dir := t.TempDir()
	file, data := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "data")
	if err := os.WriteFile(file, []byte(wrongOrders), 0o600); err != nil {
		t.Fatal(err)
	}
	secret, _, err := app.CreateKey(filepath.Join(data, "main"), govern.Key{Source: "erp", Trust: orrery.Server, Scopes: []govern.Scope{govern.Write}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	h, err := app.OpenHouse(context.Background(), app.Settings{Dir: data, Name: "main"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l, h) }()
	said(t, command(t, 0, "import", file, "--mapping", "orders-csv", "--errors", filepath.Join(dir, "wrong"), "--server", "http://"+l.Addr().String(), "--key", secret.Reveal()),
		"4 rows read, 2 taken, 0 of them known already, 2 not taken")
	said(t, command(t, 1, "import", file, "--mapping", "orders-csv", "--errors", filepath.Join(dir, "wrong"), "--server", "http://"+l.Addr().String(), "--key", "ork_no"), "the server refused")
	stop()
	if err := errors.Join(<-served, h.Close()); err != nil {
		t.Fatal(err)
	}
	if count, minor := spent(t, data, []string{"ann", "bob"}); count != 2 || minor != 3000 {
		t.Errorf("2 orders worth 30.00 are expected; there are %d worth %d cents", count, minor)
	}
}
