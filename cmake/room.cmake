# kennel_room(name DEPS room... EXTERNAL target... PRIVATE_EXTERNAL target... SOURCES file...)
#
# One folder under src/ becomes one static library kennel_<name> (alias kennel::<name>) and, from
# its tests/ folder, one test executable kennel_<name>_test that links this room alone. What is
# behind a room's wall (OpenVINO, libtorch) is PRIVATE_EXTERNAL: its headers reach nobody else.
function(kennel_room name)
  cmake_parse_arguments(ROOM "" "" "DEPS;EXTERNAL;PRIVATE_EXTERNAL;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(kennel_${name} STATIC ${sources} ${ROOM_SOURCES})
  add_library(kennel::${name} ALIAS kennel_${name})
  list(TRANSFORM ROOM_DEPS PREPEND kennel::)
  target_link_libraries(kennel_${name}
    PUBLIC ${ROOM_DEPS} ${ROOM_EXTERNAL}
    PRIVATE ${ROOM_PRIVATE_EXTERNAL} kennel_flags)
  if(NOT KENNEL_FUZZ)
    kennel_room_tests(${name})
  endif()
endfunction()

function(kennel_room_tests name)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/tests/*.cpp)
  add_executable(kennel_${name}_test ${tests})
  target_link_libraries(kennel_${name}_test PRIVATE
    kennel::${name} kennel_flags GTest::gmock GTest::gtest_main)
  target_compile_definitions(kennel_${name}_test PRIVATE
    KENNEL_SOURCE_DIR="${CMAKE_SOURCE_DIR}" KENNEL_SITE_PACKAGES="${KENNEL_SITE_PACKAGES}"
    KENNEL_PYTHON="${KENNEL_VENV}/bin/python")
  add_test(NAME ${name} COMMAND kennel_${name}_test)
  # OpenVINO's oneTBB opens a library in a way that the sanitizers refuse, unless it is told of them.
  set_tests_properties(${name} PROPERTIES ENVIRONMENT
    "TBB_ENABLE_SANITIZERS=1;UBSAN_OPTIONS=print_stacktrace=1")
endfunction()
