package seal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

// live opens the keys of a workspace again and again on a disk that fails, and says when keys that were given, by which
// something may be sealed, are there no more.
func live(seed uint64) (err error) {
	const path = "/data/acme/keys"
	r := rand.New(rand.NewPCG(seed, 4))
	disk := faultfs.New(seed)
	if err := disk.MkdirAll("/data/acme"); err != nil {
		return err
	}
	var given *Keys
	var history []string
	for range 2 + r.IntN(6) {
		n := r.IntN(9)
		switch r.IntN(3) {
		case 0:
			history = append(history, fmt.Sprintf("power cut after %d", n))
			disk.CutPowerAfter(n)
		case 1:
			history = append(history, fmt.Sprintf("an operation fails after %d", n))
			disk.FailWith(func(op faultfs.Op) error {
				if n--; n == -1 && slices.Contains([]faultfs.Kind{faultfs.Sync, faultfs.SyncDir, faultfs.WriteAt, faultfs.Link}, op.Kind) {
					return syscall.EIO
				}
				return nil
			})
		}
		k, err := openIn(disk, path)
		history = append(history, fmt.Sprintf("open: %v", err))
		switch {
		case err == nil && given == nil:
			given = k
		case err == nil && k.master != given.master:
			return fmt.Errorf("seed %d: other keys are there than were given before\nhistory: %q", seed, history)
		case errors.Is(err, ErrDamaged):
			return fmt.Errorf("seed %d: %w\nhistory: %q", seed, err, history)
		}
		disk.FailWith(nil)
		if r.IntN(2) == 0 || errors.Is(err, faultfs.ErrDown) {
			history = append(history, "power cut")
			disk.CutPower()
		}
		disk.Restart()
		disk.Kill()
		if err := disk.MkdirAll("/data/acme"); err != nil {
			return err
		}
	}
	return nil
}

func TestKeysThatWereGivenAreNeverLostOrDamagedWhateverTheDiskLoses(t *testing.T) {
	for seed := range faultfs.Runs(t, 5000) {
		if err := live(seed); err != nil {
			t.Fatal(err)
		}
	}
}
