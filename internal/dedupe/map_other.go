//go:build !unix

package dedupe

import (
	"errors"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

func mapFile(disk.File, int64) ([]byte, error) { return nil, errors.ErrUnsupported }

func unmapFile([]byte) error { return nil }
