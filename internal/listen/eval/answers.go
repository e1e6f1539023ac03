package eval

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// answers packs what the engine said, row by row: varints, deflated, in base64. A row is the bits of the classes that were
// said, then of those said in the wrong place where the task is Personal; for Correlation it is the leaning in thousandths.
// Neither texts nor labels are in it.
func answers(t Task, rows []judged) string {
	var raw []byte
	for i := range rows {
		r := &rows[i]
		switch t {
		case Correlation:
			raw = binary.AppendVarint(raw, int64(math.Round(r.y*1000)))
		case Personal:
			raw = binary.AppendUvarint(binary.AppendUvarint(raw, r.said), r.wrong)
		default:
			raw = binary.AppendUvarint(raw, r.said)
		}
	}
	return base64.StdEncoding.EncodeToString(deflated(raw))
}

func deflated(raw []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err == nil {
		_, err = w.Write(raw)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("deflate to memory: " + err.Error())
	}
	return out.Bytes()
}

// answered reads what an earlier report says to the rows, which are as many as now, into copies of them.
func answered(t Task, packed string, rows []judged) ([]judged, error) {
	b, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), int64(20*len(rows)+1)))
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	in := bytes.NewReader(raw)
	out := make([]judged, len(rows))
	for i := range out {
		out[i] = rows[i]
		r := &out[i]
		if t == Correlation {
			var v int64
			if v, err = binary.ReadVarint(in); err == nil {
				r.y = float64(v) / 1000
			}
		} else if r.said, err = binary.ReadUvarint(in); err == nil && t == Personal {
			r.wrong, err = binary.ReadUvarint(in)
		}
		if err != nil {
			return nil, fmt.Errorf("answers: row %d: %w", i+1, err)
		}
	}
	return out, nil
}
