package app_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/govern"
)

func TestAKeyThatRootMakesCanBeReadByTheServersOwnUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a key for another user")
	}
	dir := t.TempDir()
	if err := os.Chown(dir, 4321, 4321); err != nil {
		t.Skipf("this place gives no file to another user: %v", err)
	}
	if _, _, err := app.CreateKey(dir, govern.Key{Source: "shop", Trust: orrery.Server, Scopes: []govern.Scope{govern.Write}}, 1); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "access.json"))
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 4321 || info.Mode().Perm() != 0o600 {
		t.Errorf("the keys belong to user %d with mode %v; the server of user 4321 could not read them", uid, info.Mode())
	}
}
