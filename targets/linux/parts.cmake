# SPDX-License-Identifier: GPL-2.0-or-later
# parts.cmake: what check/CMakeLists.txt links kernel trees with, as linux_parts.cmake in the build
# folder. The target linux_parts builds it.

# linux_add_parts(var library...): append libraries of this build, and those that they link
function(linux_add_parts var)
  set(parts ${${var}})
  foreach(library IN LISTS ARGN)
    if(NOT TARGET ${library} OR library IN_LIST parts)
      continue()
    endif()
    get_target_property(imported ${library} IMPORTED)
    if(imported)
      continue()
    endif()
    list(APPEND parts ${library})
    get_target_property(linked ${library} LINK_LIBRARIES)
    if(linked)
      linux_add_parts(parts ${linked})
    endif()
  endforeach()
  set(${var} ${parts} PARENT_SCOPE)
endfunction()

function(linux_export_parts)
  set(parts)
  linux_add_parts(parts commands bench_fibers import tool harness_fibers percpu_fibers boot_fibers
    fuzz fuzz_run findings mutator)
  export(TARGETS ${parts} FILE ${CMAKE_BINARY_DIR}/linux_parts.cmake)
  add_custom_target(linux_parts DEPENDS ${parts})
endfunction()
