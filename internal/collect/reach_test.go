package collect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func TestTheDestinationFilterOfSegmentSaysWhoMayHear(t *testing.T) {
	for said, want := range map[string]*orrery.Reach{
		`{}`:                                 nil,
		`{"All":true}`:                       nil,
		`{"Segment.io":true,"Amplitude":{}}`: nil,
		`{"crm":null}`:                       nil,
		`{"All":false}`:                      {Nobody: true},
		`{"All":false,"crm":true}`:           {Nobody: true, Except: []orrery.DestinationName{"crm"}},
		`{"crm":true,"ads":{"id":1},"All":false}`: {Nobody: true, Except: []orrery.DestinationName{"ads", "crm"}},
		`{"ads":false}`:                       {Except: []orrery.DestinationName{"ads"}},
		`{"All":true,"ads":false,"crm":true}`: {Except: []orrery.DestinationName{"ads"}},
	} {
		touches, _ := decode(t, collect.Track, `{"event":"x","userId":"u1","integrations":`+said+`}`)
		differ(t, said, want, touches[0].Reach)
	}
	touches, _ := decode(t, collect.Batch, `{"batch":[
		{"type":"track","event":"x","userId":"u1"},
		{"type":"track","event":"x","userId":"u1","integrations":{"crm":false,"lake":true}},
		{"type":"track","event":"x","userId":"u1","integrations":{"All":true}}],
		"integrations":{"All":false,"crm":true}}`)
	differ(t, "the batch's filter", &orrery.Reach{Nobody: true, Except: []orrery.DestinationName{"crm"}}, touches[0].Reach)
	differ(t, "the event's words before the batch's", &orrery.Reach{Nobody: true, Except: []orrery.DestinationName{"lake"}}, touches[1].Reach)
	differ(t, "all again", (*orrery.Reach)(nil), touches[2].Reach)
}
