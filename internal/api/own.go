package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
)

// call is who calls, and for which workspace.
type caller struct {
	house *House
	key   *govern.Key
}

type callerKey struct{}

func callerOf(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }

// Routes is the product's own API, described by OpenAPI 3.1 at /openapi.json.
func (s *Server) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /.well-known/gpc.json", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, map[string]any{"gpc": true, "lastUpdate": "2026-11-24"})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, r, orrery.NotFound("http.not_found", "there is nothing at this address; the API is described at /openapi.json"))
	})
	config := huma.DefaultConfig("Orrery", "1")
	config.CreateHooks = nil // no links to schemas inside answers
	config.DocsPath = ""     // the page that huma offers loads scripts from elsewhere
	config.Formats = map[string]huma.Format{"application/json": strictly, "json": strictly}
	config.Transformers = []huma.Transformer{briefly}
	config.Info.Description = "Read people, act on them, and operate a workspace. Touches come in by the tracking API, which existing client libraries speak; see the documentation."
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "an API key with the scope that the operation names"},
	}
	config.Security = []map[string][]string{{"key": {}}}
	api := humago.New(mux, config)
	api.UseMiddleware(s.authorise(api))
	s.people(api)
	s.rights(api)
	s.care(api)
	s.writing(api)
	s.listening(api)
	s.outbound(api)
	s.identity(api)
	s.operate(api)
	s.brand(api)
	s.explain(api)
	return mux
}

// schemaName keeps types of one name from different packages apart: a hold of the vocabulary is Hold, one of a list is
// ViewHold.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.Name() == "" || pkg == "orrery" || pkg == "api" || pkg == "." {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// authorise finds the caller and checks the scope that the operation asks for.
func (s *Server) authorise(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		secret, _ := collect.WriteKey(c.Header("Authorization"), nil)
		house, key := s.find(secret)
		scope, _ := c.Operation().Metadata["scope"].(govern.Scope)
		switch {
		case house == nil:
			writeError(api, c, errUnauthorized)
		case !key.May(scope):
			writeError(api, c, orrery.Denied("http.scope", "this key lacks the scope "+string(scope)))
		default:
			next(huma.WithValue(c, callerKey{}, caller{house: house, key: key}))
		}
	}
}

func writeError(api huma.API, c huma.Context, err error) {
	e := problem(err)
	if werr := huma.WriteErr(api, c, e.GetStatus(), e.Error(), err); werr != nil {
		slog.Warn("writing an error", "error", werr)
	}
}

// problem turns an error of ours into one of huma's; what is internal stays in the log.
func problem(err error) huma.StatusError {
	var e *orrery.Error
	if !errors.As(err, &e) {
		slog.Error("request failed", "error", err)
		return huma.NewError(http.StatusInternalServerError, "a fault of ours; nothing is lost, try again")
	}
	status := statusOf(e.Kind)
	if e.Code == errUnauthorized.Code {
		status = http.StatusUnauthorized
	}
	h := huma.NewError(status, e.Say, &huma.ErrorDetail{Message: e.Say, Location: e.Code, Value: e.Kind})
	if model, ok := h.(*huma.ErrorModel); ok && e.RetryAfter > 0 {
		return &later{ErrorModel: model, after: retryAfter(e.RetryAfter)}
	}
	return h
}

// later is an error that says when to come back.
type later struct {
	*huma.ErrorModel
	after string
}

// GetHeaders is what huma adds to the answer.
func (l *later) GetHeaders() http.Header { return http.Header{"Retry-After": {l.after}} }

// operation registers one operation behind a scope. Handlers return errors of ours; this is the one place that maps them.
func operation[I, O any](api huma.API, method, address, id string, scope govern.Scope, summary string, handle func(ctx context.Context, c caller, in *I) (*O, error)) {
	tag, _, _ := strings.Cut(strings.TrimPrefix(address, "/v1/"), "/")
	_, raw := reflect.TypeFor[I]().FieldByName("RawBody") // a body as it comes is for the decoder to judge
	huma.Register(api, huma.Operation{Method: method, Path: address, OperationID: id, Summary: summary, Tags: []string{tag},
		Description: "Needs a key with the scope `" + string(scope) + "`.", Metadata: map[string]any{"scope": scope}, SkipValidateBody: raw},
		func(ctx context.Context, in *I) (*O, error) {
			out, err := handle(ctx, callerOf(ctx), in)
			if err != nil {
				return nil, problem(err)
			}
			return out, nil
		})
	if raw && method == http.MethodPost { // none is an answer too
		api.OpenAPI().Paths[address].Post.RequestBody.Required = false
	}
}

// person finds the fragment that a reference names: per_..., or namespace:value such as user_id:ann or email:ann@example.com.
func (c caller) person(ref string) (orrery.FragmentID, error) {
	return c.house.Person(ref, c.key.Region)
}

// Person finds the fragment that a reference names, whether or not it was ever seen.
func (h *House) Person(ref, region string) (orrery.FragmentID, error) {
	if strings.HasPrefix(ref, "per_") {
		var id orrery.FragmentID
		err := id.UnmarshalText([]byte(ref))
		return id, err
	}
	ns, value, ok := strings.Cut(ref, ":")
	if !ok {
		return 0, orrery.Invalid("person.reference", "a person is named by per_... or by an identifier such as user_id:ann or email:ann@example.com")
	}
	id, err := h.Decoder().Identifier(orrery.Namespace(ns), value, region)
	if err != nil {
		return 0, err
	}
	return h.Workspace.Find(id.Namespace, id.Value), nil
}

// known finds the fragment that a reference names, and refuses one that nobody was ever seen under: nothing is kept about
// people whom nobody has met.
func (c caller) known(ctx context.Context, ref string) (orrery.FragmentID, error) {
	id, err := c.person(ref)
	if err != nil {
		return 0, err
	}
	if _, err := c.house.Workspace.Person(ctx, id, 0); err != nil {
		return 0, err
	}
	return id, nil
}

// done is the answer to a command: the chunk that holds it.
type done struct {
	Body struct {
		Seq orrery.Seq `json:"seq" doc:"the chunk that made it durable; give it as after to read your own write"`
	}
}

// do submits a command and answers with its chunk.
func (c caller) do(ctx context.Context, command engine.Command) (*done, error) {
	_, seq, err := c.house.Workspace.Do(ctx, command)
	if err != nil {
		return nil, err
	}
	out := &done{}
	out.Body.Seq = seq
	return out, nil
}
