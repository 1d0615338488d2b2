# SPDX-License-Identifier: GPL-2.0-or-later
# What this project and targets/linux/check, which links its libraries, have in common.
include(${CMAKE_CURRENT_LIST_DIR}/roles.cmake)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
add_compile_options(-Wall -Wextra -Wmissing-prototypes -Wno-unused-parameter -g)

find_package(PkgConfig REQUIRED)
pkg_check_modules(BSD REQUIRED IMPORTED_TARGET libbsd)
pkg_check_modules(JSON REQUIRED IMPORTED_TARGET json-c)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(URCU REQUIRED IMPORTED_TARGET liburcu-memb)
