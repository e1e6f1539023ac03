package kill

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// waits counts what waits for all destinations, by the health page; -1 when there is no answer.
func waits(t *testing.T, address string) int {
	t.Helper()
	response, err := http.Get(address + "/healthz")
	if err != nil {
		return -1
	}
	defer response.Body.Close()
	var health struct {
		Workspaces []struct {
			Waiting map[string]int `json:"waiting"`
		} `json:"workspaces"`
	}
	if err := json.NewDecoder(response.Body).Decode(&health); err != nil {
		return -1
	}
	n := 0
	for _, h := range health.Workspaces {
		for _, k := range h.Waiting {
			n += k
		}
	}
	return n
}

func TestASecondProcessOnTheSameDirectoryIsRefused(t *testing.T) {
	data := t.TempDir()
	first := start(t, data)
	first.ready()
	second := start(t, data)
	if err := <-second.ended; err == nil {
		t.Fatal("a second process served from the same directory")
	}
	if say := second.said.String(); !strings.Contains(say, "another process") {
		t.Errorf("the second process should say that another one has the directory; it says: %s", say)
	}
	if waits(t, first.address) < 0 {
		t.Error("the first process should serve on")
	}
}

func TestADirectoryThatMayNotBeWrittenIsNamed(t *testing.T) {
	data := t.TempDir()
	if os.Getuid() == 0 { // root may write anywhere but on what is mounted read-only
		mount(t, data, "tmpfs", "size=1m")
		if err := syscall.Mount("", data, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Skipf("this machine does not let a test mount read-only: %v", err)
		}
	} else if err := os.Chmod(data, 0o500); err != nil {
		t.Fatal(err)
	}
	s := start(t, data)
	if err := <-s.ended; err == nil {
		t.Fatal("it served from a directory that it may not write")
	}
	if say := s.said.String(); !strings.Contains(say, data) {
		t.Errorf("the error should name the directory; it says: %s", say)
	}
}

func mount(t *testing.T, dir, kind, options string) {
	t.Helper()
	if err := syscall.Mount(kind, dir, kind, 0, options); err != nil {
		t.Skipf("this machine does not let a test mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}

func TestAFullDiskIsSaidAndServiceResumes(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a small disk can only be mounted by root")
	}
	data := t.TempDir()
	mount(t, data, "tmpfs", "size=400m")
	key := newKey(t, data)
	s := start(t, data)
	s.ready()
	event := func(i int) string {
		return fmt.Sprintf(`{"batch":[{"type":"track","event":"Seen","messageId":"m%d","userId":"u","properties":{"x":"%s"}}]}`, i, noise(i))
	}
	ctx := context.Background()
	if status, answer, err := post(ctx, s.address, key, event(0)); err != nil || status != 200 {
		t.Fatalf("before the disk is full: %d %s %v", status, answer, err)
	}
	fill := filepath.Join(data, "fill")
	n, refused := 0, ""
	until(t, "the full disk is said", func() bool {
		filled(t, fill)
		for range 40 {
			n++
			status, answer, err := post(ctx, s.address, key, event(n))
			if err != nil {
				t.Fatalf("on a full disk it should answer 503, not break off: %v\n%s", err, &s.said)
			}
			if status == 503 {
				refused = answer
				return true
			}
		}
		return false
	})
	if !strings.Contains(refused, "try again") {
		t.Errorf("the refusal should say that nothing was kept and to try again; it says %s", refused)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	until(t, "service resumes", func() bool {
		status, _, err := post(ctx, s.address, key, event(n))
		return err == nil && status == 200
	})
	s.stop()
	if out, ok := command(t, data, "verify"); !ok || !strings.Contains(out, "0 differences") {
		t.Errorf("after the full disk: %s", out)
	}
}

// noise is 20 kB that do not compress.
func noise(seed int) string {
	b := make([]byte, 20_000)
	x := uint64(seed)*2654435761 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = 'a' + byte(x%26)
	}
	return string(b)
}

// filled leaves nothing of the disk.
func filled(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, fs.FileMode(0o600))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for err == nil {
		_, err = f.Write(block)
	}
}
