#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_files.sh - check the settings of OSS-Fuzz and ClusterFuzzLite, and the workflows.
#
# Each file must parse, have the fields that the services read, and name engines, sanitizers, modes
# and inputs of actions that exist there. The two build images must ask for the same packages.
set -euo pipefail

usage() {
	cat <<-END
	usage: ci/oss-fuzz/check_files.sh [TOP]

	Checks ci/oss-fuzz, .clusterfuzzlite and .github/workflows of the tree TOP (default:
	this one), and prints each violation as FILE: TEXT.

	Options:
	  -h, --help  print this help

	Exit status: 0 no violation, 1 violations, 2 bad usage.
	END
}

top=$(cd "$(dirname "$0")/../.." && pwd)
case ${1:-} in
--help | -h)
	usage
	exit 0
	;;
-*)
	echo "check_files.sh: found option '$1', expected --help" >&2
	exit 2
	;;
?*) top=$1 ;;
esac
[ -d "$top/ci/oss-fuzz" ] || {
	echo "check_files.sh: found no $top/ci/oss-fuzz, expected a tree of mmstorm" >&2
	exit 2
}

python3 - "$top" <<'END'
import glob, os, re, sys
import yaml

top = sys.argv[1]
violations = 0
INPUTS = {
    "build_fuzzers": {
        "language", "dry-run", "allowed-broken-targets-percentage", "sanitizer",
        "project-src-path", "bad-build-check", "keep-unaffected-fuzz-targets", "storage-repo",
        "storage-repo-branch", "storage-repo-branch-coverage", "upload-build", "github-token"},
    "run_fuzzers": {
        "language", "fuzz-seconds", "dry-run", "sanitizer", "mode", "github-token",
        "storage-repo", "storage-repo-branch", "storage-repo-branch-coverage",
        "report-unreproducible-crashes", "minimize-crashes", "parallel-fuzzing", "output-sarif",
        "report-timeouts", "report-ooms", "upload-all-crashes"},
}


def complain(name, text):
    global violations
    violations += 1
    print(f"{name}: {text}")


def load(name):
    try:
        with open(os.path.join(top, name)) as f:
            return yaml.safe_load(f)
    except (OSError, yaml.YAMLError) as e:
        complain(name, f"found no YAML: {str(e).splitlines()[0]}")
    return {}


def packages(name):
    with open(os.path.join(top, name)) as f:
        text = f.read().replace("\\\n", " ")
    image = re.search(r"^FROM (\S+)", text, re.M)
    install = re.search(r"apt-get install (.*)", text)
    words = install.group(1).split() if install else []
    return image and image.group(1), sorted(w for w in words if not w.startswith("-"))


def check_project(name, fields, version):
    project = load(name)
    for field in fields:
        if not project.get(field):
            complain(name, f"found no '{field}'")
    if project.get("base_os_version") != version:
        complain(name, f"found base_os_version {project.get('base_os_version')}, expected "
                       f"{version} as the image has it")
    for field, known in (("fuzzing_engines", {"libfuzzer", "afl", "honggfuzz", "centipede"}),
                         ("sanitizers", {"address", "undefined", "memory"})):
        for word in set(project.get(field, [])) - known:
            complain(name, f"{field}: found '{word}', expected some of {sorted(known)}")
    return project


def check_workflow(name, sanitizers):
    modes = set()
    for job, body in load(name).get("jobs", {}).items():
        matrix = body.get("strategy", {}).get("matrix", {})
        for word in set(matrix.get("sanitizer", [])) - sanitizers:
            complain(name, f"{job}: found sanitizer '{word}', expected one of project.yaml")
        for step in body.get("steps", []):
            action = re.fullmatch(r"google/clusterfuzzlite/actions/(\w+)@v1",
                                  step.get("uses", ""))
            if not action or action.group(1) not in INPUTS:
                complain(name, f"{job}: found a step '{step.get('uses')}', expected an action "
                               "of ClusterFuzzLite")
                continue
            given = step.get("with", {})
            for word in set(given) - INPUTS[action.group(1)]:
                complain(name, f"{job}: {action.group(1)} has no input '{word}'")
            if given.get("mode"):
                modes.add(given["mode"])
    return modes


image, wanted = packages("ci/oss-fuzz/Dockerfile")
if packages(".clusterfuzzlite/Dockerfile") != (image, wanted):
    complain(".clusterfuzzlite/Dockerfile", "image or packages differ from ci/oss-fuzz/Dockerfile")
version = (image or "").partition(":")[2]
project = check_project("ci/oss-fuzz/project.yaml",
                        ["homepage", "main_repo", "primary_contact", "language",
                         "fuzzing_engines", "sanitizers"], version)
check_project(".clusterfuzzlite/project.yaml", ["language"], version)
modes = set()
for path in sorted(glob.glob(os.path.join(top, ".github/workflows/cflite_*.yml"))):
    modes |= check_workflow(os.path.relpath(path, top), set(project.get("sanitizers", [])))
if modes != {"code-change", "batch", "prune", "coverage"}:
    complain(".github/workflows", f"found modes {sorted(modes)}, expected batch, code-change, "
                                  "coverage and prune")
if violations:
    sys.exit(1)
print("check_files.sh: no violation")
END
