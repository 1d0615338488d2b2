# SPDX-License-Identifier: GPL-2.0-or-later
# tree.cmake: find kernel trees, and make an object and an implementation of each.
#
# MM_LINUX_TREE is a list of PATH or NAME=PATH. Trees that ci/setup.sh has unpacked into
# build/linux/ are found without it, unless MM_LINUX_UNPACKED is empty.

set(MM_LINUX_TREE "" CACHE STRING "Kernel trees: a list of PATH or NAME=PATH")
if(NOT DEFINED MM_LINUX_UNPACKED)
  set(MM_LINUX_UNPACKED ${CMAKE_SOURCE_DIR}/build/linux)
endif()

set(linux_room ${CMAKE_CURRENT_LIST_DIR})

# An engine's service passes the flags of its one sanitizer in CFLAGS.
set(linux_sanitize ${MM_SANITIZE})
if(MM_FUZZER STREQUAL "engine")
  set(linux_sanitize $ENV{SANITIZER})
endif()

# As the kernel is compiled, where it matters: no assumptions about aliasing or overflow.
set(linux_flags -std=gnu11 -nostdlibinc -D__KERNEL__ -include
  ${linux_room}/words/words.h -I${linux_room}/include
  -I${linux_room}/words -fno-strict-aliasing -fwrapv -fno-builtin
  -fno-delete-null-pointer-checks)
# AddressSanitizer's red zones around variables, and their registration by address, do not survive
# that sections are renamed and copied. The kernel computes with pointers that lead nowhere.
set(linux_sanitizer_flags)
if("address" IN_LIST linux_sanitize)
  list(APPEND linux_sanitizer_flags "SHELL:-mllvm -asan-globals=0")
endif()
if("undefined" IN_LIST linux_sanitize)
  list(APPEND linux_sanitizer_flags -fno-sanitize=pointer-overflow,null,alignment,function)
endif()

# The files of a tree that are compiled, without those that units/ includes.
set(linux_library_files lib/rbtree.c lib/find_bit.c lib/bitmap.c lib/llist.c lib/xarray.c)
set(linux_needed_files mm/vmalloc.c mm/percpu.c mm/percpu-vm.c mm/percpu-km.c Makefile
  ${linux_library_files})

# Headers of the tree that need no machine; a tree has most of them. All others are empty stubs.
set(linux_headers)
foreach(name align args bitmap bitmap-str bitops bits build_bug cleanup const container_of cpumask
    cpumask_types err find gfp_types kconfig limits list llist log2 math minmax overflow percpu pfn
    poison rbtree rbtree_augmented rbtree_types rculist typecheck vmalloc xarray)
  list(APPEND linux_headers linux/${name}.h)
endforeach()
list(APPEND linux_headers uapi/linux/bits.h uapi/linux/const.h vdso/align.h vdso/bits.h vdso/const.h
  vdso/limits.h asm-generic/bitops/generic-non-atomic.h asm-generic/bitops/le.h
  asm-generic/bitops/non-atomic.h asm-generic/bitops/non-instrumented-non-atomic.h)

# linux_version(tree var): VERSION.PATCHLEVEL of the tree's Makefile
function(linux_version tree var)
  file(STRINGS ${tree}/Makefile lines REGEX "^(VERSION|PATCHLEVEL) *=" LIMIT_COUNT 2)
  list(JOIN lines " " lines)
  string(REGEX REPLACE "VERSION *= *([0-9]+) +PATCHLEVEL *= *([0-9]+).*" "\\1.\\2" version
         "${lines}")
  if(NOT version MATCHES "^[0-9]+[.][0-9]+$")
    message(FATAL_ERROR "${tree}/Makefile: found no VERSION and PATCHLEVEL, expected those of a "
                        "kernel tree")
  endif()
  set(${var} ${version} PARENT_SCOPE)
endfunction()

# linux_find_trees(names paths): the trees of MM_LINUX_TREE, then those unpacked; two lists
function(linux_find_trees names_var paths_var)
  set(names)
  set(paths)
  set(unpacked)
  if(MM_LINUX_UNPACKED)
    file(GLOB unpacked LIST_DIRECTORIES true ${MM_LINUX_UNPACKED}/*)
  endif()
  foreach(entry IN LISTS MM_LINUX_TREE unpacked)
    string(REGEX REPLACE "^[^=]*=" "" path "${entry}")
    get_filename_component(path "${path}" ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    foreach(file IN LISTS linux_needed_files)
      if(NOT EXISTS ${path}/${file})
        message(FATAL_ERROR "MM_LINUX_TREE: ${path} has no ${file}, expected a kernel tree")
      endif()
    endforeach()
    linux_version(${path} version)
    set(name "linux-${version}")
    if(entry MATCHES "^([^=/]+)=")
      set(name "${CMAKE_MATCH_1}")
    endif()
    string(LENGTH "${name}" length)
    if(NOT name MATCHES "^[a-z0-9][a-z0-9._-]*$" OR name STREQUAL "ours" OR length GREATER 26)
      message(FATAL_ERROR "MM_LINUX_TREE: found name '${name}', expected at most 26 lower case "
                          "letters, digits, '.', '_' and '-', and not 'ours'")
    endif()
    if(name IN_LIST names)
      if(entry IN_LIST MM_LINUX_TREE)
        message(FATAL_ERROR "MM_LINUX_TREE: two trees are called '${name}': write NAME=PATH")
      endif()
      continue() # A tree of the user's takes the place of an unpacked one.
    endif()
    list(APPEND names "${name}")
    list(APPEND paths "${path}")
  endforeach()
  set(${names_var} "${names}" PARENT_SCOPE)
  set(${paths_var} "${paths}" PARENT_SCOPE)
endfunction()

# linux_headers_of(tree dir): link the headers that are used as they are into dir/real, and make
# stubs of all others in dir/stub: the compiler names the missing ones, until none is missing.
function(linux_headers_of tree dir)
  # Keep them if nothing has changed: what includes new files is compiled anew.
  file(SHA256 ${linux_room}/tree.cmake made_by)
  if(EXISTS ${dir}/headers_of)
    file(READ ${dir}/headers_of made_for)
  endif()
  if(NOT "${made_for}" STREQUAL "${tree} ${made_by}")
    file(REMOVE_RECURSE ${dir}/real ${dir}/stub)
    file(WRITE ${dir}/headers_of "${tree} ${made_by}")
  endif()
  foreach(header IN LISTS linux_headers)
    if(EXISTS ${tree}/include/${header})
      get_filename_component(folder ${dir}/real/${header} DIRECTORY)
      file(MAKE_DIRECTORY ${folder})
      file(CREATE_LINK ${tree}/include/${header} ${dir}/real/${header} SYMBOLIC)
    endif()
  endforeach()
  set(files mm/vmalloc.c mm/percpu.c ${linux_library_files})
  list(TRANSFORM files PREPEND ${tree}/)
  set(missing TRUE)
  while(missing)
    set(missing FALSE)
    execute_process(COMMAND ${CMAKE_C_COMPILER} ${linux_flags} -I${dir}/real -I${dir}/stub -I${tree}
                            -M -MG ${files}
                    OUTPUT_VARIABLE named ERROR_VARIABLE errors RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "${tree}: its headers cannot be read:\n${errors}")
    endif()
    string(REGEX MATCHALL "[^ \\\n]+" named "${named}")
    list(REMOVE_DUPLICATES named)
    foreach(header IN LISTS named)
      if(header MATCHES "^[a-z].*[.]h$" AND NOT EXISTS ${dir}/stub/${header})
        file(WRITE ${dir}/stub/${header} "")
        set(missing TRUE)
      endif()
    endforeach()
  endwhile()
endfunction()

# linux_probe(tree dir): what the sources have, as dir/probe.h
function(linux_probe tree dir)
  file(READ ${tree}/mm/vmalloc.c vmalloc)
  file(READ ${tree}/mm/percpu.c percpu)
  file(READ ${tree}/include/linux/percpu.h percpu_h)
  set(text "/* What the sources of this tree have. Made by targets/linux/tree.cmake. */\n")
  foreach(probe
      "vmalloc|nr_vmap_nodes|TREE_NODES"
      "vmalloc|unsigned long va_flags, struct vm_struct|TREE_ALLOC_VM"
      "vmalloc|unsigned long va_flags|TREE_ALLOC_FLAGS"
      "vmalloc|find_unlink_vmap_area|TREE_FIND_UNLINK"
      "vmalloc|VMAP_PURGE_THRESHOLD|TREE_PURGE_THRESHOLD"
      "vmalloc|vread_iter|TREE_VREAD_ITER"
      "vmalloc|used_map|TREE_USED_MAP"
      "vmalloc|struct xarray vmap_blocks|TREE_BLOCKS_PER_CPU"
      "percpu|pcpu_alloc_noprof|TREE_PCPU_NOPROF")
    string(REPLACE "|" ";" probe "${probe}")
    list(GET probe 0 where)
    list(GET probe 1 what)
    list(GET probe 2 name)
    string(FIND "${${where}}" "${what}" at)
    if(NOT at EQUAL -1)
      string(APPEND text "#define ${name} 1\n")
    endif()
  endforeach()
  if(vmalloc MATCHES "\nstatic void (reclaim_and_purge_vmap_areas|purge_vmap_area_lazy)")
    string(APPEND text "#define TREE_PURGE_ALL ${CMAKE_MATCH_1}\n")
  endif()
  string(REGEX MATCH "define PERCPU_DYNAMIC_EARLY_SIZE[\t ]+([(][^\n]*[)])" at "${percpu_h}")
  string(REGEX REPLACE "PERCPU_DYNAMIC_SIZE_SHIFT" "10" early "${CMAKE_MATCH_1}")
  string(APPEND text "#define TREE_MIN_DYN ${early}\n")
  set(old "")
  if(EXISTS ${dir}/probe.h)
    file(READ ${dir}/probe.h old)
  endif()
  if(NOT old STREQUAL text)
    file(WRITE ${dir}/probe.h "${text}")
  endif()
endfunction()

# linux_tree(name path flag...): the object and the implementation of a tree, whose files are
# compiled with more flags. The libraries are called ID_fibers and ID_threads, the object is the
# property MM_OBJECT_ID.
function(linux_tree name path)
  string(MAKE_C_IDENTIFIER "${name}" id)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${name})
  linux_version(${path} TREE_VERSION)
  linux_headers_of(${path} ${dir})
  linux_probe(${path} ${dir})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path}/mm/vmalloc.c
               ${path}/mm/percpu.c)

  set(files ${linux_library_files})
  list(TRANSFORM files PREPEND ${path}/)
  foreach(part rest km)
    set(sources ${linux_room}/units/unit_percpu.c)
    set(symbol tree_percpu_km)
    set(define MM_LINUX_KM)
    if(part STREQUAL "rest")
      set(symbol tree_percpu)
      set(define MM_LINUX_VM)
      list(APPEND sources ${linux_room}/units/unit_vmalloc.c ${linux_room}/units/unit_machine.c
        ${files})
    endif()
    add_library(${id}_${part} OBJECT ${sources})
    target_compile_options(${id}_${part} PRIVATE ${linux_flags} -w ${ARGN})
    target_compile_definitions(${id}_${part} PRIVATE TREE_PERCPU=${symbol} ${define})
    target_include_directories(${id}_${part} PRIVATE ${dir} ${dir}/real ${dir}/stub ${path})
    mm_role(${id}_${part} subject)
    target_compile_options(${id}_${part} PRIVATE ${linux_sanitizer_flags})
  endforeach()

  add_custom_command(OUTPUT ${dir}/${id}.o
    COMMAND ${CMAKE_COMMAND} -E env LD=${CMAKE_LINKER} NM=${CMAKE_NM} OBJCOPY=${CMAKE_OBJCOPY}
            bash ${linux_room}/link.sh ${id} ${dir}/${id}.o
            "$<JOIN:$<TARGET_OBJECTS:${id}_rest>,;>" "$<TARGET_OBJECTS:${id}_km>"
    DEPENDS $<TARGET_OBJECTS:${id}_rest> $<TARGET_OBJECTS:${id}_km>
            ${linux_room}/link.sh
    COMMENT "Linking the sources of ${name}" VERBATIM)
  set(TREE_NAME ${name})
  set(TREE_ID ${id})
  configure_file(${linux_room}/implementation.c.in ${dir}/implementation.c @ONLY)
  foreach(engine fibers threads)
    add_library(${id}_${engine} OBJECT ${dir}/implementation.c)
    target_include_directories(${id}_${engine} PRIVATE ${dir} ${linux_room})
    target_link_libraries(${id}_${engine} PUBLIC program machine_${engine})
    mm_role(${id}_${engine} harness)
  endforeach()
  add_custom_target(${id}_object DEPENDS ${dir}/${id}.o)
  set_property(GLOBAL PROPERTY MM_OBJECT_${id} ${dir}/${id}.o)
endfunction()

# linux_patched(tree dir patches var): a copy of a tree in dir, with patches applied. The variable
# is true if all of them apply.
function(linux_patched tree dir patches var)
  file(REMOVE_RECURSE ${dir})
  file(MAKE_DIRECTORY ${dir}/mm)
  foreach(part Makefile include lib)
    file(CREATE_LINK ${tree}/${part} ${dir}/${part} SYMBOLIC)
  endforeach()
  file(GLOB files ${tree}/mm/*percpu* ${tree}/mm/vmalloc.c ${tree}/mm/*.h)
  file(COPY ${files} DESTINATION ${dir}/mm)
  set(${var} TRUE PARENT_SCOPE)
  foreach(patch IN LISTS patches)
    execute_process(COMMAND patch --batch --silent --fuzz=0 -p1 -i ${patch}
                    WORKING_DIRECTORY ${dir} RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    if(NOT status EQUAL 0)
      set(${var} FALSE PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()
