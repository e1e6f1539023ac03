package history_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery/internal/history"
)

func mapping(t *testing.T, name string) *history.Mapping {
	t.Helper()
	m, err := history.LoadMapping(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// events reads a text by a mapping: its events, and its errors as "line field: code".
func events(t *testing.T, m *history.Mapping, text string) (events, faults []string) {
	t.Helper()
	rows, err := history.OpenRows(strings.NewReader(text), m, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for row := rows.Next(); row != nil; row = rows.Next() {
		fault := row.Err
		if fault == nil {
			var event []byte
			if event, fault = m.Append(nil, row, "f"); fault == nil {
				events = append(events, string(event))
			}
		}
		if fault != nil {
			faults = append(faults, strings.TrimSpace(strings.Join([]string{string(rune('0' + row.Line)), fault.Field, fault.Code}, " ")))
		}
	}
	return events, faults
}

func TestAShopsOrdersAreReadWhateverTheDelimiterAndTheQuotes(t *testing.T) {
	const want = `{"type":"track","messageId":"import:f:2","event":"order","userId":"ann","timestamp":"2026-01-02T02:04:05.000Z",` +
		`"properties":{"order_id":"a,\"1;\n\"","total":"19.99","currency":"EUR"}}`
	for _, comma := range []string{",", ";", "\t", "|"} {
		text := "\ufeff" + strings.Join([]string{"order_id", "user_id", "placed_at", "total", "currency", "note"}, comma) + "\r\n" +
			strings.Join([]string{"\"a,\"\"1;\n\"\"\"", "ann", "2026-01-02T03:04:05+01:00", "19.99", "EUR", ""}, comma) + "\r\n"
		got, faults := events(t, mapping(t, "orders-csv"), text)
		if len(faults) > 0 {
			t.Fatalf("delimiter %q: %v", comma, faults)
		}
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("delimiter %q (-want +got):\n%s", comma, diff)
		}
	}
}

func TestARowThatCannotBeReadNamesItsLineAndColumnAndTheNextIsRead(t *testing.T) {
	const text = "order_id,user_id,placed_at,total,currency\n" +
		"1,ann,yesterday,1.00,EUR\n" +
		"2,ann,2026-01-02T03:04:05Z,1.00\n" +
		"3,,2026-01-02T03:04:05Z,1.00,EUR\n" +
		"4,\"ann\"x,2026-01-02T03:04:05Z,1.00,EUR\n" +
		"5,\xff,2026-01-02T03:04:05Z,1.00,EUR\n" +
		"\n" +
		"6,ann,2026-01-02T03:04:05Z,1.00,EUR\n" +
		"7,ann,2026-01-02T03:04:05Z,1.00,EUR,more\n"
	got, faults := events(t, mapping(t, "orders-csv"), text)
	want := []string{"2 {placed_at} import.time", "3  import.columns", "4 {user_id} import.empty", "5 user_id import.quotes", "6  import.encoding", "9  import.columns"}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if len(got) != 1 || !strings.Contains(got[0], `"import:f:8"`) {
		t.Errorf("the good row of line 8 should be read with its line; got %v", got)
	}
}

func TestAnErrorsFileIsImportedUnderTheLinesOfItsFirstFile(t *testing.T) {
	var file bytes.Buffer
	e := history.NewErrors(&file, "abc", "order_id,user_id,placed_at,total,currency")
	e.Add(17, []byte("1,ann,2026-01-02T03:04:05Z,1.00,EUR"), history.RowError{Code: "x", Field: "{total}", Say: "two\nlines"})
	e.Add(29, []byte("2,ann,2026-01-02T03:04:05Z,1.00,EUR"), history.RowError{Code: "x", Say: "no"})
	if err := e.Flush(); err != nil {
		t.Fatal(err)
	}
	got, faults := events(t, mapping(t, "orders-csv"), file.String())
	if len(faults) > 0 || len(got) != 2 || !strings.Contains(got[0], `"import:abc:17"`) || !strings.Contains(got[1], `"import:abc:29"`) {
		t.Errorf("rows 17 and 29 of file abc are expected; got %v, faults %v", got, faults)
	}
}

func TestAJSONLineKeepsItsOwnMessageIDAndGetsOneWhenItHasNone(t *testing.T) {
	got, faults := events(t, mapping(t, "segment-jsonl"), "{\"type\":\"page\",\"messageId\":\"m\"}\n{ }\nnope\n[1]\n{\"type\":\"page\"}")
	want := []string{`{"type":"page","messageId":"m"}`, `{"messageId":"import:f:2" }`, `{"messageId":"import:f:5","type":"page"}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"3  import.json", "4  import.json"}, faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestReadingGoesOnWhereItEnded(t *testing.T) {
	const text = "\ufefforder_id,user_id,placed_at,total,currency\n1,ann,2026-01-02T03:04:05Z,1.00,EUR\n2,ann,2026-01-02T03:04:05Z,1.00,EUR\n"
	m := mapping(t, "orders-csv")
	rows, err := history.OpenRows(strings.NewReader(text), m, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	first := rows.Next()
	rows, err = history.OpenRows(strings.NewReader(text), m, first.Next, first.Lines)
	if err != nil {
		t.Fatal(err)
	}
	if row := rows.Next(); row == nil || row.Line != 3 || row.Fields[0] != "2" {
		t.Errorf("order 2 of line 3 is expected, got %+v", row)
	}
	if row := rows.Next(); row != nil {
		t.Errorf("the end is expected, got %+v", row)
	}
}

func TestAFileWithoutANeededColumnIsRefusedByName(t *testing.T) {
	_, err := history.OpenRows(strings.NewReader("order_id,total\n"), mapping(t, "orders-csv"), 0, 0)
	if err == nil || !strings.Contains(err.Error(), `no column "user_id"`) {
		t.Errorf("the error should name the column user_id: %v", err)
	}
	var e *history.RowError
	if _, err := history.OpenRows(strings.NewReader("\xff\xfea\x00"), mapping(t, "orders-csv"), 0, 0); !errors.As(err, &e) || e.Code != "import.encoding" {
		t.Errorf("UTF-16 should be refused as such: %v", err)
	}
}

// FuzzRows: whatever a file holds, reading ends, and goes forward with each row.
func FuzzRows(f *testing.F) {
	f.Add("a,b\n1,\"2\n3\"\n", "orders-csv")
	f.Add("{}\n", "segment-jsonl")
	f.Add(" 1 2 19970101 4 5.0\r\n", "cdnow")
	f.Fuzz(func(t *testing.T, text, name string) {
		m, err := history.LoadMapping(name)
		if err != nil || !strings.Contains(strings.Join(history.Shipped(), " "), name) {
			return
		}
		rows, err := history.OpenRows(strings.NewReader(text), m, 0, 0)
		if err != nil {
			return
		}
		for end := int64(0); ; {
			row := rows.Next()
			if row == nil {
				return
			}
			if row.Next <= end || row.Next > int64(len(text)) {
				t.Fatalf("a row ends at %d of %d after one that ends at %d", row.Next, len(text), end)
			}
			end = row.Next
			if row.Err == nil {
				_, _ = m.Append(nil, row, "f")
			}
		}
	})
}
