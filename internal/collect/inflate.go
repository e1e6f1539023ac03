package collect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/orrery-cxm/orrery"
)

// Inflate reads a whole body of at most limit bytes, decompressed as its Content-Encoding says. Size is the length that
// the client announced, or -1. A body that is too large, compressed or not, is Invalid "collect.too_large"; one that
// cannot be decompressed is Invalid "collect.encoding"; an error of the connection is returned as it is.
func (d *Decoder) Inflate(encoding string, body io.Reader, size int64, limit int) ([]byte, error) {
	if size > int64(limit) {
		return nil, tooLarge(limit)
	}
	line := &line{r: body}
	var out []byte
	var err error
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return readAll(body, size, limit)
	case "gzip", "x-gzip":
		out, err = d.gunzip(line, size, limit)
	case "deflate":
		out, err = inflateDeflate(line, limit)
	case "zstd":
		out, err = unzstd(line, limit)
	default:
		return nil, orrery.Invalid("collect.encoding", fmt.Sprintf("Content-Encoding: %q is not known: use gzip, deflate, zstd or none", clip(encoding)))
	}
	var own *orrery.Error
	switch {
	case err == nil || errors.As(err, &own):
		return out, err
	case line.err != nil:
		return nil, fmt.Errorf("read a compressed body: %w", line.err)
	}
	return nil, &orrery.Error{Kind: orrery.KindInvalid, Code: "collect.encoding", Say: "the body is not what its Content-Encoding says, or is cut off", Err: err}
}

// line remembers the error of a connection, so that it is not taken for a fault of what came over it.
type line struct {
	r   io.Reader
	err error
}

func (l *line) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}

func (d *Decoder) gunzip(body io.Reader, size int64, limit int) ([]byte, error) {
	z, _ := d.gzips.Get().(*gzip.Reader)
	if z == nil {
		z = new(gzip.Reader)
	}
	defer d.gzips.Put(z)
	if err := z.Reset(body); err != nil {
		return nil, err
	}
	return readAll(z, 4*size, limit)
}

// inflateDeflate reads deflate in the zlib wrapping of the standard and, as some clients send it, without.
func inflateDeflate(body io.Reader, limit int) ([]byte, error) {
	packed, err := readAll(body, -1, limit)
	if err != nil {
		return nil, err
	}
	if z, err := zlib.NewReader(bytes.NewReader(packed)); err == nil {
		return readAll(z, -1, limit)
	}
	return readAll(flate.NewReader(bytes.NewReader(packed)), -1, limit)
}

// zstdMemory bounds what a frame may make us hold.
const zstdMemory = 16 << 20

func unzstd(body io.Reader, limit int) ([]byte, error) {
	z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(zstdMemory), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return readAll(z, -1, limit)
}

func tooLarge(limit int) error {
	return orrery.Invalid("collect.too_large", fmt.Sprintf("the request has more than %d bytes, which is the most that is taken", limit))
}

// readAll reads at most limit bytes. Size is a guess of how many there are, or negative.
func readAll(r io.Reader, size int64, limit int) ([]byte, error) {
	first := int64(4 << 10)
	if size >= 0 {
		first = size + 1 // one more, so that the end is seen without growing
	}
	out := make([]byte, 0, min(first, int64(limit)+1))
	for {
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if len(out) > limit {
			return nil, tooLarge(limit)
		}
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if len(out) == cap(out) {
			out = append(out, 0)[:len(out)]
		}
	}
}
