package collect

import "github.com/orrery-cxm/orrery"

// times sets when the event happened: received - (sentAt - originalTimestamp). Libraries send the time of the call as
// timestamp (Segment) or originalTimestamp (RudderStack) and sentAt with the batch or with each event; without sentAt
// nothing is corrected. An event that carries both and they differ was corrected before: its timestamp counts.
func (s *reading) times(p parts, t *orrery.Touch) *orrery.Error {
	stamp, err := s.moment(p.timestamp, "timestamp")
	if err != nil {
		return err
	}
	original, err := s.moment(p.original, "originalTimestamp")
	if err != nil {
		return err
	}
	sent := s.sent
	if p.sent != 0 {
		if sent, err = s.moment(p.sent, "sentAt"); err != nil {
			return err
		}
	}
	received := s.r.Received
	at := original
	if stamp != 0 && stamp != original {
		at = stamp
		if original != 0 {
			sent = 0
		}
	}
	switch {
	case at == 0:
		at = received
	case sent != 0:
		at = received - (sent - at)
	}
	t.At = max(1, min(at, received.Add(maxAhead)))
	t.Historical = s.r.Source.Historical || s.r.Call == Import || received-t.At > orrery.Instant(maxLive)
	return nil
}

// moment reads a time at node n: RFC 3339, or milliseconds since 1970. 0 stands for none, as does Go's zero time.
func (s *reading) moment(n uint32, path string) (orrery.Instant, *orrery.Error) {
	if n == 0 {
		return 0, nil
	}
	at, ok := orrery.Instant(0), false
	switch m := &s.nodes[n]; {
	case m.form == text:
		at, ok = parseTime(s.str(n))
	case m.form == number && m.marks&whole != 0:
		at, ok = parseMillis(s.src[m.val0:m.val1])
	}
	if !ok {
		return 0, s.bad(n, path, "moment since 1970: write it as 2026-11-24T15:04:05.000Z or in milliseconds since 1970")
	}
	return at, nil
}

const lastMilli = 253402300799999 // the end of the year 9999

func parseMillis(v string) (orrery.Instant, bool) {
	if len(v) > 15 {
		return 0, false
	}
	var ms int64
	for i := range len(v) {
		if v[i]-'0' > 9 {
			return 0, false
		}
		ms = ms*10 + int64(v[i]-'0')
	}
	return orrery.Instant(ms), ms <= lastMilli && (ms == 0 || ms >= 100_000_000_000) // fewer are seconds
}

// parseTime reads RFC 3339 and the looser forms of ISO 8601 that clients write: a space for the T, no seconds, a zone
// without colon, no zone (UTC), a date alone.
func parseTime(v string) (orrery.Instant, bool) {
	if len(v) < 10 || v[4] != '-' || v[7] != '-' {
		return 0, false
	}
	year, ok1 := number2(v, 0)
	low, ok2 := number2(v, 2)
	month, ok3 := number2(v, 5)
	day, ok4 := number2(v, 8)
	year = year*100 + low
	if !ok1 || !ok2 || !ok3 || !ok4 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	ms, ok := parseClock(v[10:])
	if !ok {
		return 0, false
	}
	if year == 1 && month == 1 && day == 1 {
		return 0, true
	}
	ms += daysSince1970(year, month, day) * 86_400_000
	return orrery.Instant(ms), year >= 1970 && ms > 0 && ms <= lastMilli
}

// parseClock reads what follows the date, as milliseconds.
func parseClock(v string) (ms int64, ok bool) {
	if v == "" {
		return 0, true
	}
	if len(v) < 6 || v[0] != 'T' && v[0] != 't' && v[0] != ' ' || v[3] != ':' {
		return 0, false
	}
	hour, ok1 := number2(v, 1)
	minute, ok2 := number2(v, 4)
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, false
	}
	ms, v = (hour*60+minute)*60_000, v[6:]
	if len(v) >= 3 && v[0] == ':' {
		second, ok := number2(v, 1)
		if !ok || second > 60 {
			return 0, false
		}
		ms, v = ms+second*1000, v[3:]
		if len(v) > 1 && (v[0] == '.' || v[0] == ',') {
			unit, i := int64(100), 1
			for ; i < len(v) && v[i]-'0' <= 9; i++ {
				ms, unit = ms+int64(v[i]-'0')*unit, unit/10
			}
			if i == 1 || i > 10 {
				return 0, false
			}
			v = v[i:]
		}
	}
	away, ok := parseZone(v)
	return ms - away, ok
}

// parseZone reads Z, +hh, +hhmm, +hh:mm or nothing, as milliseconds east of Greenwich.
func parseZone(v string) (ms int64, ok bool) {
	if v == "" || v == "Z" || v == "z" {
		return 0, true
	}
	if len(v) == 6 && v[3] == ':' {
		v = v[:3] + v[4:]
	}
	if len(v) != 3 && len(v) != 5 || v[0] != '+' && v[0] != '-' {
		return 0, false
	}
	hours, ok := number2(v, 1)
	if !ok || hours > 23 {
		return 0, false
	}
	if len(v) == 5 {
		minutes, ok := number2(v, 3)
		if !ok || minutes > 59 {
			return 0, false
		}
		ms = minutes * 60_000
	}
	ms += hours * 3_600_000
	if v[0] == '-' {
		ms = -ms
	}
	return ms, true
}

func number2(v string, i int) (int64, bool) {
	if i+2 > len(v) {
		return 0, false
	}
	a, b := v[i]-'0', v[i+1]-'0'
	return int64(a)*10 + int64(b), a <= 9 && b <= 9
}

func daysIn(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts the days of the Gregorian calendar (the year begins in March, so that leap days come last).
func daysSince1970(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	ofEra := year - era*400
	ofYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}
