package collect

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
)

// ReadPixel reads the event of a pixel from its query parameter data: JSON in base 64 of either alphabet. Spaces stand for
// the plus signs that a careless query lost.
func ReadPixel(data string) (body []byte, err error) {
	const most = MaxEvent/3*4 + 8
	if len(data) > most {
		return nil, orrery.Invalid("collect.event_too_large", "data: a pixel carries one event of at most 32 KiB")
	}
	body, ok := decode64(strings.ReplaceAll(data, " ", "+"))
	if !ok || len(body) == 0 {
		return nil, orrery.Invalid("collect.pixel", "data: this is no JSON object in base 64")
	}
	return body, nil
}

// Settings is what analytics.js asks for when it starts: only that it shall send everything to host (without a scheme,
// such as "cdp.example.com"), with this key.
func Settings(key, host string) []byte {
	out := []byte(`{"integrations":{"Segment.io":{"apiKey":`)
	out = appendString(out, key)
	out = append(out, `,"apiHost":`...)
	out = appendString(out, strings.TrimSuffix(host, "/")+"/v1")
	return append(out, `,"unbundledIntegrations":[],"addBundledMetadata":false,"maybeBundledConfigIds":{},"versionSettings":{}}},`+
		`"plan":{"track":{"__default":{"enabled":true,"integrations":{}}},"identify":{"__default":{"enabled":true}},"group":{"__default":{"enabled":true}}},`+
		`"edgeFunction":{},"analyticsNextEnabled":true,"middlewareSettings":{},"enabledMiddleware":{},"metrics":{"sampleRate":0},`+
		`"legacyVideoPluginsEnabled":false,"remotePlugins":[]}`...)
}

func appendString(out []byte, v string) []byte {
	v = strings.ToValidUTF8(v, "\uFFFD")
	b, err := jsontext.AppendQuote(out, v)
	if err != nil {
		return append(out, `""`...)
	}
	return b
}
