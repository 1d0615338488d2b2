#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh - build the fuzz targets for ClusterFuzzLite, as for OSS-Fuzz.
exec bash "$SRC/mmstorm/ci/oss-fuzz/build.sh"
