package main

// mutation is one broken line and the tests that should notice.
type mutation struct {
	name     string
	file     string
	old, new string
	tests    []target
}

type target struct{ pkg, run string }

var (
	byGate     = []target{{"./internal/protect", ""}}
	byDesk     = []target{{"./internal/desk", ""}}
	byIdentify = []target{{"./internal/identify", ""}}
	byLog      = []target{{"./internal/log/file", ""}}
	byFiles    = []target{{"./internal/ads/csvfile", "DiskLoses"}}
	byIDs      = []target{{"./internal/dedupe", "DiskLoses"}}
	byKeys     = []target{{"./internal/seal", "DiskLoses"}}
	byDedupe   = []target{{"./internal/dedupe", ""}}
	byEngine   = []target{{"./internal/engine", ""}}
	byDecide   = []target{{"./internal/decide", ""}}
	byRemember = []target{{"./internal/remember", ""}}
	byRadar    = []target{{"./internal/radar", "Burst|Person|Market|Said|Stays|Topic|Correction"}}
	byView     = []target{{"./internal/view", "Erasure|Clear|Leaves|Found"}}
	bySim      = []target{{"./internal/sim", "Worlds"}}
)

const (
	gate    = "internal/protect/gate.go"
	loop    = "internal/engine/loop.go"
	core    = "internal/engine/core.go"
	commit  = "internal/engine/commit.go"
	intents = "internal/act/intents.go"
	wishes  = "internal/act/react.go"
)

// mutations are the lines that must not be breakable in silence.
var mutations = []mutation{
	{"gate: consent is not asked", gate, "return askConsent(p, e, q)", "return pass()", byGate},
	{"gate: restriction is not asked", gate, "return askRestriction(e, q)", "return pass()", byGate},
	{"gate: life events are not asked", gate, "return askLife(e, q)", "return pass()", byGate},
	{"gate: cases are not asked", gate, "return askCase(e, q)", "return pass()", byGate},
	{"gate: an apology due is not asked", gate, "return askApology(e)", "return pass()", byGate},
	{"gate: rest is not asked", gate, "return askRest(e, q)", "return pass()", byGate},
	{"gate: quiet hours are not asked", gate, "return askQuiet(p, q)", "return pass()", byGate},
	{"gate: caps are not asked", gate, "return askCaps(p, e, q)", "return pass()", byGate},
	{"gate: conflicts are not asked", gate, "return askConflict(p, e, q)", "return pass()", byGate},
	{"gate: the channel is not asked", gate, "return askChannel(p, e, q)", "return pass()", byGate},

	{"protect: a hold expires before its end", "internal/protect/wake.go", "case h.Until != 0 && h.Until <= now:", "case h.Until != 0:", byGate},
	{"protect: a merge forgets refusals", "internal/protect/consent.go", "a.Refused = maxOf(a.Refused, b.Refused, bySaid)", "_ = bySaid", byGate},
	{"protect: a merge forgets holds", "internal/protect/combine.go", "out.Holds = union(out.Holds, e.Holds, byHold, stricterHold)", "_ = stricterHold", byGate},
	{"protect: a browser grants for anybody", "internal/protect/consent.go", "vouched := s.Trust >= orrery.Server || s.Proven", "vouched := true || s.Proven", byGate},
	{"protect: anybody may release a hold", "internal/protect/holds.go", "if by.Trust < orrery.Staff {", "if by.Trust > orrery.Staff {", byGate},
	{"protect: a reopened case holds nobody", "internal/protect/cases.go", "case changeReopened, changeUnsatisfied:", "case changeUnsatisfied:", bySim},

	{"protect: a banner takes back any refusal", "internal/protect/consent.go", "case state(c.How) && (x.bars(s) || own.bars(s)):", "case state(c.How) && (x.bars(s) && own.bars(s)) && false:", byGate},
	{"protect: a refusal that a banner said before is no news", "internal/protect/consent.go", " && !state(x.Refused.How) && !state(own.Refused.How) {", " {", byGate},
	{"protect: views are withdrawn for another product", "internal/protect/cases.go", "h.Kind == orrery.HoldProduct && h.Product == c.Product && h.Case != 0", "h.Kind == orrery.HoldProduct && h.Case != 0", byGate},
	{"protect: views are withdrawn for a hold by hand", "internal/protect/cases.go", "h.Kind == orrery.HoldProduct && h.Product == c.Product && h.Case != 0", "h.Kind == orrery.HoldProduct && h.Product == c.Product", byGate},

	{"radar: a person counts as often as they write", "internal/radar/state.go", "if s.said[said{k, x.person}] {", "if false {", byRadar},
	{"radar: what was said in a burst raises again", "internal/radar/state.go", "x.calm, x.known = a.Ended, nil", "x.known = nil", byRadar},
	{"radar: a burst teaches what is usual", "internal/radar/series.go", "case skip:", "case false:", byRadar},
	{"radar: what stays never becomes usual", "internal/radar/state.go", "x.restart = hourOf(a.Began)", "x.restart = 0", byRadar},
	{"radar: one cause is many alerts", "internal/radar/alert.go", "return 2*n >= len(c.hits)", "return false", byRadar},
	{"radar: one person makes a topic", "internal/radar/words.go", "if !w.news(g.hash, person) {", "if false {", byRadar},
	{"lookout: what comes meanwhile raises again", "internal/lookout/notice.go", "f.settled = seq", "_ = seq", []target{{"./internal/lookout", ""}}},
	{"engine: an erased example stays in the log", "internal/engine/redact.go", "return withoutExamples(f, gone)", "return f", []target{{"./internal/app", "AnErasedPerson"}}},

	{"desk: only doubtful complaints open cases", "internal/desk/react.go", "case l.Confidence >= p.ComplaintCertain:", "case l.Confidence < p.ComplaintCertain:", byDesk},
	{"desk: an answer without a token ends a case", "internal/desk/answer.go", "if r.Verified && c.Status == orrery.CaseResolved {", "if c.Status == orrery.CaseResolved {", bySim},
	{"desk: silence is never escalated", "internal/desk/wake.go", "if !l.Case.Escalated {", "if l.Case.Escalated {", byDesk},

	{"identify: a browser claims anybody", "internal/identify/place.go", "if touch.Trust <= orrery.Public {", "if touch.Trust < orrery.Public {", byIdentify},
	{"identify: what is not proven bridges", "internal/identify/policy.go", "r.Bridge == BridgeProven && n.Identifier.Proven", "r.Bridge == BridgeProven && !n.Identifier.Proven", byIdentify},

	{"log: an append is not synced", "internal/log/file/append.go", `if err := l.sync("append", tail.DataSync); err != nil {`, `if err := l.sync("append", func() error { return nil }); err != nil {`, byLog},
	{"log: the name of a segment is not synced", "internal/log/file/append.go", `if err := l.syncDir("segment.name", l.opts.Dir); err != nil {`, `if err := error(nil); err != nil {`, byLog},
	{"log: appends go anywhere", "internal/log/file/append.go", "if after != l.end.seq {", "if after > l.end.seq {", byLog},

	{"csvfile: what is appended is not synced", "internal/ads/csvfile/apply.go", "\t\tif err := l.journal.Sync(); err != nil {\n\t\t\treturn fmt.Errorf(\"syncing", "\t\tif err := error(nil); err != nil {\n\t\t\treturn fmt.Errorf(\"syncing", byFiles},
	{"csvfile: a batch begins before all of it is durable", "internal/ads/csvfile/apply.go", "\tb[0] = unfinished\n", "", byFiles},
	{"csvfile: the name of the folder is not synced", "internal/ads/csvfile/destination.go", "disk.SyncParents(o.FS, dir); err", "error(nil); err", byFiles},
	{"csvfile: the name of a file is not synced", "internal/ads/csvfile/files.go", "\t\treturn fmt.Errorf(\"putting a file in place: %w\", err)\n\t}\n\treturn s.syncNames(filepath.Dir(path))", "\t\treturn fmt.Errorf(\"putting a file in place: %w\", err)\n\t}\n\treturn nil", byFiles},
	{"csvfile: a file is not synced", "internal/ads/csvfile/files.go", "\t\terr = out.Flush()\n\t}\n\tif err == nil {\n\t\terr = f.Sync()", "\t\terr = out.Flush()\n\t}\n\tif err == nil {\n\t\terr = nil", byFiles},
	{"csvfile: the name of what is replaced is not synced", "internal/ads/csvfile/files.go", "s.syncNames(dir); err != nil { // the second name", "error(nil); err != nil { // the second name", byFiles},
	{"csvfile: the name of what replaces is not synced", "internal/ads/csvfile/files.go", "s.syncNames(dir); err != nil { // the old content", "error(nil); err != nil { // the old content", byFiles},
	{"csvfile: the name of what goes is not synced", "internal/ads/csvfile/files.go", "s.syncNames(filepath.Dir(path)); err != nil { // or a crash", "error(nil); err != nil { // or a crash", byFiles},
	{"csvfile: what is overwritten is not synced", "internal/ads/csvfile/files.go", "\t\terr = overwrite(f, 0, size)\n\t}\n\tif err == nil {\n\t\terr = f.Sync()", "\t\terr = overwrite(f, 0, size)\n\t}\n\tif err == nil {\n\t\terr = nil", byFiles},
	{"csvfile: names are not synced before a recovery overwrites", "internal/ads/csvfile/files.go", "s.syncNames(dir); err != nil { // what is overwritten", "error(nil); err != nil { // what is overwritten", byFiles},
	{"csvfile: the name of a list is not synced", "internal/ads/csvfile/list.go", "d.fs.syncNames(d.dir); err", "error(nil); err", byFiles},
	{"csvfile: what was read is not settled", "internal/ads/csvfile/list.go", "\t\terr = l.journal.Sync()\n", "\t\terr = nil\n", byFiles},
	{"csvfile: what was cut off is not synced", "internal/ads/csvfile/list.go", "\tif err := l.journal.Sync(); err != nil {\n\t\treturn err", "\tif err := error(nil); err != nil {\n\t\treturn err", byFiles},

	{"dedupe: a day is forgotten too early", "internal/dedupe/set.go", "from := today - s.keep", "from := today - s.keep + 1", byDedupe},
	{"dedupe: nothing is known after a crash", "internal/engine/workspace.go", "c.apply(chunk, chunk.Seq > known)", "c.apply(chunk, false)", bySim},
	{"dedupe: a refused append keeps its ids", loop, "		c.seen.Remove(b.addedKeys...)\n		return 0, nil, w.appendFailed(err)", "		return 0, nil, w.appendFailed(err)", bySim},
	{"dedupe: known messages count again", core, "if known {", "if known && false {", byEngine},

	{"dedupe: names that are built upon are not synced", "internal/dedupe/set.go", "\tif err := syncDir(o.FS, dir); err != nil {\n", "\tif err := error(nil); err != nil {\n", byIDs},
	{"dedupe: the name of the folder is not synced", "internal/dedupe/set.go", "disk.SyncParents(o.FS, dir); err", "error(nil); err", byIDs},
	{"dedupe: a file of ids is not synced", "internal/dedupe/write.go", "\tif err := f.Sync(); err != nil {", "\tif err := error(nil); err != nil {", byIDs},
	{"dedupe: the names of files of ids are not synced", "internal/dedupe/manifest.go", "\tif err := syncDir(files, dir); err != nil {\n", "\tif err := error(nil); err != nil {\n", byIDs},
	{"dedupe: the list of files is not synced", "internal/dedupe/manifest.go", "\t\terr = f.Sync()\n", "\t\terr = nil\n", byIDs},
	{"dedupe: the name of the list of files is not synced", "internal/dedupe/manifest.go", "\t\treturn fmt.Errorf(\"replacing the list of files of message ids: %w\", err)\n\t}\n\treturn syncDir(files, dir)", "\t\treturn fmt.Errorf(\"replacing the list of files of message ids: %w\", err)\n\t}\n\treturn nil", byIDs},
	{"dedupe: a noted erasure is not synced", "internal/dedupe/patch.go", "WriteAt(b, 0)\n\tif err == nil {\n\t\terr = f.Sync()", "WriteAt(b, 0)\n\tif err == nil {\n\t\terr = nil", byIDs},
	{"dedupe: the name of a noted erasure is not synced", "internal/dedupe/patch.go", "\tif err := syncDir(files, dir); err != nil {\n\t\treturn fmt.Errorf(\"noting", "\tif err := error(nil); err != nil {\n\t\treturn fmt.Errorf(\"noting", byIDs},
	{"dedupe: an erasure is not synced", "internal/dedupe/patch.go", "\tif sync && err == nil {\n\t\terr = f.Sync()", "\tif sync && err == nil {\n\t\terr = nil", byIDs},
	{"dedupe: a copy of a file is not synced", "internal/dedupe/copy.go", "\t\terr = out.Sync()\n", "\t\terr = nil\n", byIDs},
	{"dedupe: the name of a copy is not synced", "internal/dedupe/copy.go", "disk.SyncParents(s.fs, dir); err", "error(nil); err", byIDs},
	{"dedupe: what failed leaves files with erased ids", "internal/dedupe/erase.go", "s.dropStrays(); err", "error(nil); err", byIDs},

	{"seal: a key file is not synced", "internal/seal/file.go", "\t\terr = f.Sync()\n", "\t\terr = nil\n", byKeys},
	{"seal: the name of a key file is not synced", "internal/seal/file.go", "\tif err := syncNames(files, path); err != nil {\n\t\treturn nil, err\n\t}\n\treturn k, nil", "\treturn k, nil", byKeys},

	{"act: the gate is not asked again at release", intents, "	answer := t.Ask(t.PersonOf(r.Fragment), &in)\n	if answer.Verdict != orrery.Allow {", "	answer := t.Ask(t.PersonOf(r.Fragment), &in)\n	if answer.Verdict == 0 {", bySim},
	{"act: a message gets a new key", intents, "queue(t, &in, effect, attempts)", "queue(t, &in, effect*0, attempts)", bySim},
	{"act: an overtaken message gets a new key", intents, "queue(t, &in, id, attempts)", "queue(t, &in, id*0, attempts)", []target{{"./internal/act", ""}}},
	{"act: held messages are not asked about again", intents, "	if answer.Verdict == orrery.Allow {\n		queue(t, &in, effect, attempts)", "	if answer.Verdict != orrery.Allow {\n		queue(t, &in, effect, attempts)", bySim},
	{"act: a wish keeps its version", wishes, "version = before.Version + 1", "version = before.Version", bySim},
	{"act: a refused push counts as accepted", "internal/act/box.go", "if f.Outcome == orrery.Accepted && f.Version >= p.Acked {", "if f.Version >= p.Acked {", bySim},
	{"act: a list that went keeps its members", wishes, "if x.Desired == orrery.PushAdd && !p.feeds(", "if x.Desired == orrery.PushRemove && !p.feeds(", bySim},

	{"decide: held people stay in audiences", "internal/decide/settle.go", "if in && a.Advertising && !(was && s.gateStands) && !s.mayAdvertise() {", "if in && !a.Advertising && !s.mayAdvertise() {", byEngine},
	{"decide: a gate that closed is not seen", "internal/decide/settle.go", "s.gateStands = !c.State && !c.Timer && !c.Due", "s.gateStands = true", byDecide},
	{"remember: a list that changed is written as it was", "internal/remember/lazy.go", "	if l.changed {", "	if l.changed && len(l.items) < 0 {", byRemember},
	{"remember: lists are read where they lay before", "internal/remember/lazy.go", "func (l *list[T]) settle() { l.at, l.changed = l.next, false }", "func (l *list[T]) settle() { l.changed = false }", byRemember},
	{"remember: a refund leaves the latest order as it was", "internal/remember/memory.go", "b.stale = b.stale || o.Placed >= b.last", "b.stale = false", byRemember},
	{"remember: a late look at a product goes last", "internal/remember/views.go", "if old := readView(r); compareViews(old, v) < 0 {", "if old := readView(r); compareViews(old, v) < -1 {", byRemember},
	{"engine: the cache misses what a checkpoint wrote", "internal/engine/state.go", "		} else {\n			s.cache.put(id, b)\n", "		} else {\n", byEngine},
	{"engine: a layer is let go before it is in the cache", "internal/engine/state.go", "	if s.warmed != s.frozen {", "	if false {", byEngine},
	{"engine: the loop looks at the checkpoint before", "internal/engine/state.go", "	s.store.release()\n	s.mu.Lock()", "	s.mu.Lock()", byEngine},
	{"engine: a timeline outlives an erasure", "internal/engine/flush.go", "		if l.erased[id] {\n", "		if l.erased[id] && id == 0 {\n", byEngine},
	{"view: what a row left behind stays in its page", "internal/view/slack.go", "	clear(page[from:to])\n", "", byView},
	{"remember: two events share their times", "internal/engine/asked.go", "	a[0], a[1] = a[1], a[0]\n", "", byEngine},

	{"engine: published before it is durable", loop, "chunk, err := w.log.Append(context.Background(), c.state.at.seq, body)", "_ = c.publish(b, log.Chunk{Seq: c.state.at.seq + 1, Incarnation: c.incarnation, Body: nil})\n	chunk, err := w.log.Append(context.Background(), c.state.at.seq-1, body)", bySim},
	{"engine: doubt about the log is forgotten", loop, "		w.doubt = true", "		w.doubt = false", bySim},
	{"engine: timers taken in vain are lost", loop, "w.core.timers.add(c.timer)", "_ = c.timer", bySim},
	{"engine: timers are lost in a checkpoint", commit, "l.timers[timer{f.due, f.id}] = true", "l.timers[timer{f.due, f.id}] = false", bySim},
	{"engine: what waits is lost in a checkpoint", commit, "l.waiting[x.fragment.id] = len(x.items) > 0", "l.waiting[x.fragment.id] = false", bySim},
	{"engine: nobody is looked at after a crash", commit, "	b.wakeAll(at)", "	_ = at", bySim},
	{"engine: chains add up over people", core, "		b.depth = 0 // nobody", "		// nobody", bySim},
	{"engine: an idle workspace never probes", loop, "		_ = w.health() // probes", "		// probes", bySim},
	{"engine: removals wait for additions", "internal/engine/outbox.go", "	case i.Kind == orrery.EffectPush && i.Push == orrery.PushRemove:\n		return 0", "	case i.Kind == orrery.EffectPush && i.Push == orrery.PushRemove:\n		return 3", bySim},
	{"engine: the purpose of a consent is lost", "fact.go", "Fragment FragmentID `cbor:\"9,keyasint\" json:\"fragment\"` // 1 to 4", "Fragment FragmentID `cbor:\"1,keyasint\" json:\"fragment\"` // 1 to 4", byEngine},
}
