# SPDX-License-Identifier: GPL-2.0-or-later
# What this project and targets/linux/check, which links its libraries, have in common.
include(${CMAKE_CURRENT_LIST_DIR}/roles.cmake)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
add_compile_options(-Wall -Wextra -Wmissing-prototypes -Wno-unused-parameter -g)

find_package(PkgConfig REQUIRED)
pkg_check_modules(BSD REQUIRED IMPORTED_TARGET libbsd)

# mm_library(PREFIX module): find a library that the fuzz targets do without. The images of fuzzing
# services may lack it: then the programs that need it do not build there.
function(mm_library prefix module)
  if(NOT MM_FUZZER STREQUAL "engine")
    pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${module})
    return()
  endif()
  pkg_check_modules(${prefix} QUIET IMPORTED_TARGET GLOBAL ${module})
  if(NOT ${prefix}_FOUND)
    add_library(PkgConfig::${prefix} INTERFACE IMPORTED GLOBAL)
  endif()
endfunction()

mm_library(JSON json-c)
mm_library(ZLIB zlib)
mm_library(URCU liburcu-memb)
