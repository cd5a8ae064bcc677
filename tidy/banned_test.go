package tidy

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// ban is a set of identifiers of one package that some folders may not use.
type ban struct {
	pkg     string
	names   []string // package-level names; none: all of them
	except  []string // names that stay allowed when names is empty
	where   func(dir string, test bool) bool
	instead string
	why     string
}

// bans are the identifiers that may not be used, with what to use instead.
var bans = []ban{
	{
		pkg: "time", names: []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"},
		where: deterministic, instead: "Loop.Now, Proc.Sleep, Scope.NewTimer, or an instant as an argument",
		why: "a world has its own time, which jumps",
	},
	{
		pkg: "context", names: []string{"WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause"},
		where: deterministic, instead: "deadlines of the connection, in the loop's time",
		why: "a context's deadline is on the wall clock",
	},
	{
		pkg: "time", names: []string{"Sleep"},
		where: inTestsOfWorlds, instead: "virtual time, a channel, or waiting for a condition",
		why: "a test that sleeps is slow when it passes and flaky when it does not",
	},
	{
		pkg: "math/rand", except: []string{"Source", "Source64"}, // gVisor's options ask for one
		where: everywhere, instead: "sim.Stream, or math/rand/v2 with a seed",
		why: "its global source is shared, so we cannot fix its sequence",
	},
	{
		pkg: "math/rand/v2", except: []string{"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "PCG", "ChaCha8", "Zipf", "Source"},
		where: everywhere, instead: "sim.Stream, or rand.New with a seed",
		why: "the global source is seeded per process, so no seed repeats the run",
	},
	{
		pkg: "hash/maphash", where: everywhere, instead: "hash/fnv or xxhash",
		why: "its seed differs from process to process",
	},
	{
		pkg: "crypto/rand", where: deterministic, instead: "sim.Stream",
		why: "it cannot be repeated",
	},
	{
		pkg: "net/http", names: []string{"Server", "Transport", "Client", "DefaultClient", "DefaultTransport", "Get", "Post", "Head", "ListenAndServe", "Serve"},
		where: deterministic, instead: "node/web on the host's connections",
		why: "they start goroutines that the loop does not see",
	},
	{
		pkg: "net", names: []string{"Dial", "DialTimeout", "Dialer", "Listen", "ListenPacket", "ListenConfig", "Pipe", "DefaultResolver"},
		where: deterministic, instead: "the sockets of node/host",
		why: "a virtual world opens no real socket",
	},
	{
		pkg: "runtime", names: []string{"NumCPU", "NumGoroutine"},
		where: deterministic, instead: "a figure of the scenario",
		why: "the same scenario and seed give the same digest on any machine",
	},
	{
		pkg: "runtime", names: []string{"GOMAXPROCS"},
		where: notInHost, instead: "a figure of the scenario",
		why: "the same scenario and seed give the same digest on any machine; only node/host sets it, while gVisor makes its processors",
	},
	{
		pkg: "fmt", names: []string{"Print", "Printf", "Println"},
		where: outsideCommands, instead: "fmt.Fprint to a writer passed as an argument",
		why: "the caller decides where output goes; a command is a function of its arguments and writers",
	},
	{
		pkg: "os", names: []string{"Stdout", "Stderr", "Stdin", "Exit", "Args"},
		where: outsideCommands, instead: "writers and arguments passed in, errors returned",
		why: "only main may use the process's state; tests call everything else",
	},
	{
		pkg: "log", where: everywhere, instead: "an event in the log of the run, or an error",
		why: "what happens is an event with an instant; nobody reads a line on stderr",
	},
}

// deterministic reports whether code runs inside a world, where the same
// scenario and seed must give the same digest. Tests of these folders may use
// the wall clock and goroutines around a world, to measure its speed and to
// interrupt it. The world of real namespaces runs in real time: the kernel
// orders its processes, sockets and signals.
func deterministic(dir string, test bool) bool {
	return !test && under(dir, "sim", "netfab", "node") && !under(dir, "netfab/netns", "sim/testbed", "sim/sweep", "sim/hunt")
}

func notInHost(dir string, test bool) bool { return deterministic(dir, test) && dir != "node/host" }

func everywhere(string, bool) bool { return true }

// inTestsOfWorlds excludes commands and reports: their tests kill real
// processes at instants of the wall clock.
func inTestsOfWorlds(dir string, test bool) bool {
	return test && under(dir, "sim", "netfab", "node", "scenarios")
}

// outsideCommands excludes tests: an Example prints with fmt.Println, and a
// test may run itself as a second process.
func outsideCommands(dir string, test bool) bool { return !test && !under(dir, "cmd", "bench") }

// checkBanned reports every use of a banned identifier.
func checkBanned(p *pkg, report reporter) {
	for _, f := range p.files {
		p.uses(f, func(pos token.Pos, pkg, name string) {
			for _, b := range bans {
				named := slices.Contains(b.names, name) || len(b.names) == 0 && !slices.Contains(b.except, name)
				if b.pkg == pkg && named && b.where(p.dir, f.test) {
					report(pos, "%s.%s: %s; use %s", pkg, name, b.why, b.instead)
				}
			}
		})
	}
}

// uses visits the package-level names of other packages that a file uses. In
// files without types, it resolves them by the names of the imports.
func (p *pkg) uses(f *file, visit func(pos token.Pos, pkg, name string)) {
	imports := make(map[string]string)
	for _, spec := range f.ast.Imports {
		if name, err := strconv.Unquote(spec.Path.Value); err == nil {
			imports[localName(spec, name)] = name
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			obj := p.info.Uses[n]
			if f.typed && obj != nil && obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
				visit(n.Pos(), obj.Pkg().Path(), obj.Name())
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if !f.typed && ok && x.Obj == nil && imports[x.Name] != "" {
				visit(n.Pos(), imports[x.Name], n.Sel.Name)
			}
		}
		return true
	})
}

// localName returns the name under which a file knows an import.
func localName(spec *ast.ImportSpec, path string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = parts[len(parts)-2]
	}
	return last
}

// checkGoroutines reports concurrency that the loop does not order.
func checkGoroutines(p *pkg, report reporter) {
	for _, f := range p.files {
		if !deterministic(p.dir, f.test) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				report(n.Pos(), "go statement: start a proc instead")
			case *ast.SelectStmt:
				if len(n.Body.List) > 1 {
					report(n.Pos(), "select: the runtime picks among ready channels at random; park a proc and check the condition")
				}
			}
			return true
		})
	}
}

// isMap reports whether a value of type t may be a map.
func isMap(t types.Type) bool {
	if param, ok := types.Unalias(t).(*types.TypeParam); ok {
		bound, _ := param.Constraint().Underlying().(*types.Interface)
		for i := range bound.NumEmbeddeds() {
			if union, ok := bound.EmbeddedType(i).(*types.Union); ok && union.Len() > 0 && isMap(union.Term(0).Type()) {
				return true
			}
		}
		return false
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}
