// Command render renders a Helm chart as `helm template` does: the chart's templates with the values of files over the chart's
// own. It is for machines without Helm, and knows what the chart of this repository uses: no subcharts, hooks or cluster.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

func main() {
	release := flag.String("release", "release-name", "name of the release")
	namespace := flag.String("namespace", "default", "namespace of the release")
	notes := flag.Bool("notes", false, "print NOTES.txt instead of the objects")
	values := flag.Bool("values", false, "print the merged values as JSON instead of the objects")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: render [options] CHART [VALUES.yaml...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() < 1 {
		flag.Usage()
		os.Exit(64)
	}
	text, err := run(flag.Arg(0), flag.Args()[1:], *release, *namespace, *notes, *values)
	if err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
	fmt.Print(text)
}

func run(folder string, valueFiles []string, release, namespace string, notes, printValues bool) (string, error) {
	chart, err := loadChart(folder)
	if err != nil {
		return "", err
	}
	values := map[string]any{}
	for _, file := range valueFiles {
		given, err := readYAML(file)
		if err != nil {
			return "", err
		}
		override(values, given)
	}
	coalesce(values, chart.values)
	if printValues {
		text, err := json.Marshal(values)
		return string(text) + "\n", err
	}
	engine := newEngine(chart)
	data := map[string]any{
		"Values": values,
		"Chart":  chart.metadata,
		"Files":  files(folder),
		"Release": map[string]any{
			"Name": release, "Namespace": namespace, "Service": "Helm", "Revision": 1, "IsInstall": true, "IsUpgrade": false,
		},
		"Capabilities": map[string]any{
			"APIVersions": apiVersions{"v1", "apps/v1", "networking.k8s.io/v1", "policy/v1"},
			"KubeVersion": kubeVersion{Version: "v1.31.0", Major: "1", Minor: "31"},
			"HelmVersion": map[string]any{"Version": "v3.16.0"},
		},
	}
	var output strings.Builder
	for _, name := range chart.templateNames() {
		isNotes := filepath.Base(name) == "NOTES.txt"
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue
		}
		text, err := engine.render(name, data)
		if err != nil {
			return "", err
		}
		if isNotes != notes || strings.TrimSpace(text) == "" {
			continue
		}
		if !notes {
			fmt.Fprintf(&output, "---\n# Source: %s\n", name)
		}
		output.WriteString(strings.Trim(text, "\n") + "\n")
	}
	return output.String(), nil
}

// chart is a chart as it is on disk.
type chart struct {
	metadata  map[string]any
	values    map[string]any
	templates map[string]string
}

func loadChart(folder string) (*chart, error) {
	metadata, err := readYAML(filepath.Join(folder, "Chart.yaml"))
	if err != nil {
		return nil, err
	}
	name, ok := metadata["name"].(string)
	if !ok {
		return nil, errors.New("Chart.yaml has no name")
	}
	values, err := readYAML(filepath.Join(folder, "values.yaml"))
	if err != nil {
		return nil, err
	}
	result := &chart{metadata: map[string]any{}, values: values, templates: map[string]string{}}
	// Templates see the fields under their Go names, and "apiVersion" as APIVersion.
	for key, value := range metadata {
		result.metadata[strings.ToUpper(key[:1])+key[1:]] = value
	}
	result.metadata["APIVersion"] = metadata["apiVersion"]
	templates := filepath.Join(folder, "templates")
	err = filepath.Walk(templates, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(templates, path)
		result.templates[name+"/templates/"+filepath.ToSlash(relative)] = string(text)
		return err
	})
	return result, err
}

func (c *chart) templateNames() []string {
	names := make([]string, 0, len(c.templates))
	for name := range c.templates {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// override puts newer values over older ones, as a second file of values does.
func override(values, newer map[string]any) {
	for key, value := range newer {
		old, isMap := values[key].(map[string]any)
		new, isNewMap := value.(map[string]any)
		if isMap && isNewMap {
			override(old, new)
		} else {
			values[key] = value
		}
	}
}

// coalesce adds the chart's defaults to the values that were given. A given null removes a default.
func coalesce(values, defaults map[string]any) {
	for key, fallback := range defaults {
		given, ok := values[key]
		switch {
		case !ok:
			values[key] = fallback
		case given == nil && fallback != nil:
			delete(values, key)
		default:
			given, isMap := given.(map[string]any)
			fallback, isDefaultMap := fallback.(map[string]any)
			if isMap && isDefaultMap {
				coalesce(given, fallback)
			}
		}
	}
}

// readYAML reads a file by way of JSON, as Helm does: every number is a float64.
func readYAML(path string) (map[string]any, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	result := map[string]any{}
	if err := decode(string(text), &result); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return result, nil
}

func decode(text string, into any) error {
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return err
	}
	if value == nil {
		return nil
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, into)
}

// encode writes YAML with sorted keys, and whole numbers without a fraction.
func encode(value any) (string, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	// JSON is YAML, whose decoder tells whole numbers from others.
	var plain any
	if err := yaml.Unmarshal(encoded, &plain); err != nil {
		return "", err
	}
	var buffer bytes.Buffer
	encoder := yaml.NewEncoder(&buffer)
	encoder.SetIndent(2)
	if err := encoder.Encode(plain); err != nil {
		return "", err
	}
	return strings.TrimSuffix(buffer.String(), "\n"), encoder.Close()
}

type engine struct {
	root  *template.Template
	depth map[string]int
}

// maximumDepth bounds how often a template may include itself.
const maximumDepth = 1000

func newEngine(chart *chart) *engine {
	e := &engine{depth: map[string]int{}}
	e.root = template.New("chart").Option("missingkey=zero").Funcs(sprig.TxtFuncMap()).Funcs(e.functions())
	for _, name := range chart.templateNames() {
		template.Must(e.root.New(name).Parse(chart.templates[name]))
	}
	return e
}

func (e *engine) render(name string, data map[string]any) (string, error) {
	scope := map[string]any{}
	for key, value := range data {
		scope[key] = value
	}
	folder := name[:strings.Index(name, "/templates/")] + "/templates"
	scope["Template"] = map[string]any{"Name": name, "BasePath": folder}
	text, err := e.include(name, scope)
	// Go prints this for a value that is missing. Helm removes it from what is printed at last, and not from what include returns.
	return strings.ReplaceAll(text, "<no value>", ""), err
}

func (e *engine) include(name string, data any) (string, error) {
	if e.depth[name]++; e.depth[name] > maximumDepth {
		return "", fmt.Errorf("template %s includes itself without end", name)
	}
	defer func() { e.depth[name]-- }()
	var buffer strings.Builder
	if err := e.root.ExecuteTemplate(&buffer, name, data); err != nil {
		return "", err
	}
	return buffer.String(), nil
}

// functions returns those that Helm adds to sprig's. The environment is hidden from templates.
func (e *engine) functions() template.FuncMap {
	removed := func(string) (string, error) { return "", errors.New("templates have no environment") }
	return template.FuncMap{
		"env":       removed,
		"expandenv": removed,
		"include":   e.include,
		"tpl": func(text string, data any) (string, error) {
			clone, err := e.root.Clone()
			if err != nil {
				return "", err
			}
			parsed, err := clone.New("tpl").Parse(text)
			if err != nil {
				return "", err
			}
			var buffer strings.Builder
			err = parsed.Execute(&buffer, data)
			return strings.ReplaceAll(buffer.String(), "<no value>", ""), err
		},
		"required": func(message string, value any) (any, error) {
			if text, isText := value.(string); value == nil || isText && text == "" {
				return value, errors.New(message)
			}
			return value, nil
		},
		// No cluster is asked, as in `helm template`.
		"lookup":     func(apiVersion, kind, namespace, name string) map[string]any { return map[string]any{} },
		"toYaml":     func(value any) string { text, _ := encode(value); return text },
		"mustToYaml": encode,
		"fromYaml": func(text string) map[string]any {
			result := map[string]any{}
			if err := decode(text, &result); err != nil {
				result["Error"] = err.Error()
			}
			return result
		},
		"fromYamlArray": func(text string) []any {
			result := []any{}
			if err := decode(text, &result); err != nil {
				return []any{err.Error()}
			}
			return result
		},
		"toJson": func(value any) string { text, _ := json.Marshal(value); return string(text) },
		"fromJson": func(text string) map[string]any {
			result := map[string]any{}
			if err := json.Unmarshal([]byte(text), &result); err != nil {
				result["Error"] = err.Error()
			}
			return result
		},
		"fromJsonArray": func(text string) []any {
			result := []any{}
			if err := json.Unmarshal([]byte(text), &result); err != nil {
				return []any{err.Error()}
			}
			return result
		},
	}
}

// files is a chart's folder, as .Files gives it to templates.
type files string

func (f files) Get(name string) string { return string(f.GetBytes(name)) }

func (f files) GetBytes(name string) []byte {
	text, err := os.ReadFile(filepath.Join(string(f), filepath.Clean("/"+name)))
	if err != nil {
		return nil
	}
	return text
}

func (f files) Lines(name string) []string {
	return strings.Split(strings.TrimSuffix(f.Get(name), "\n"), "\n")
}

func (f files) Glob(pattern string) map[string][]byte {
	result := map[string][]byte{}
	paths, _ := filepath.Glob(filepath.Join(string(f), pattern))
	for _, path := range paths {
		name, _ := filepath.Rel(string(f), path)
		result[name] = f.GetBytes(name)
	}
	return result
}

type apiVersions []string

func (a apiVersions) Has(version string) bool {
	for _, known := range a {
		if known == version {
			return true
		}
	}
	return false
}

type kubeVersion struct{ Version, Major, Minor string }

func (k kubeVersion) String() string     { return k.Version }
func (k kubeVersion) GitVersion() string { return k.Version }
