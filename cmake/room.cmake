# kennel_room(name DEPS room... EXTERNAL target... PRIVATE_EXTERNAL target... SOURCES file...)
#
# One folder under src/ becomes one static library kennel_<name> (alias kennel::<name>) and, from
# its tests/ folder, one test executable kennel_<name>_test that links this room alone. What is
# behind a room's wall (OpenVINO, libtorch, SQLite) is PRIVATE_EXTERNAL: its headers reach nobody
# else. In the names of targets a room's / is a _: services/iam is kennel::services_iam.
function(kennel_room room)
  cmake_parse_arguments(ROOM "" "" "DEPS;EXTERNAL;PRIVATE_EXTERNAL;SOURCES" ${ARGN})
  string(REPLACE "/" "_" name ${room})
  string(REPLACE "/" "_" deps "${ROOM_DEPS}")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.cpp)
  add_library(kennel_${name} STATIC ${sources} ${ROOM_SOURCES})
  add_library(kennel::${name} ALIAS kennel_${name})
  list(TRANSFORM deps PREPEND kennel::)
  target_link_libraries(kennel_${name}
    PUBLIC ${deps} ${ROOM_EXTERNAL}
    PRIVATE ${ROOM_PRIVATE_EXTERNAL} kennel_flags)
  if(NOT KENNEL_FUZZ)
    kennel_room_tests(${room})
  endif()
endfunction()

function(kennel_room_tests room)
  string(REPLACE "/" "_" name ${room})
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/tests/*.cpp)
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

# Everything that is generated, without compiling any of it: clang-tidy needs it.
add_custom_target(generated)

# kennel_generate_model(target OVERLAY file NAMESPACE namespace INCLUDE header [TABLES_ONLY])
#
# Adds the generated model of one AWS service (scripts/generate_service.py) to a target.
function(kennel_generate_model target)
  cmake_parse_arguments(MODEL "TABLES_ONLY" "OVERLAY;NAMESPACE;INCLUDE" "" ${ARGN})
  get_filename_component(folder ${CMAKE_BINARY_DIR}/generated/${MODEL_INCLUDE} DIRECTORY)
  file(GLOB generator CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scripts/generator/*.py)
  set(options --site-packages ${KENNEL_SITE_PACKAGES} --output ${folder}
    --namespace ${MODEL_NAMESPACE} --include ${MODEL_INCLUDE})
  if(MODEL_TABLES_ONLY)
    list(APPEND options --tables-only)
  endif()
  add_custom_command(OUTPUT ${folder}/model.cpp ${folder}/model.h
    COMMAND ${KENNEL_VENV}/bin/python ${CMAKE_SOURCE_DIR}/scripts/generate_service.py
      ${MODEL_OVERLAY} ${options}
    COMMAND ${CMAKE_COMMAND} -E touch ${folder}/model.cpp
    DEPENDS ${MODEL_OVERLAY} ${CMAKE_SOURCE_DIR}/scripts/generate_service.py ${generator}
      ${CMAKE_SOURCE_DIR}/requirements-models.lock
    VERBATIM)
  target_sources(${target} PRIVATE ${folder}/model.cpp ${folder}/model.h)
  string(REPLACE "/" "_" name ${MODEL_INCLUDE})
  add_custom_target(generated_${name} DEPENDS ${folder}/model.h)
  add_dependencies(generated generated_${name})
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR}/generated)
endfunction()

# A room under src/services, with the generated model of its service: services/iam has its overlay
# in src/services/iam/iam.toml, and its model.h is included as "services/iam/model.h".
function(kennel_service room)
  kennel_room(${room} ${ARGN})
  string(REPLACE "/" "_" name ${room})
  string(REPLACE "/" "::" namespace ${room})
  get_filename_component(service ${room} NAME)
  kennel_generate_model(kennel_${name}
    OVERLAY ${CMAKE_SOURCE_DIR}/src/${room}/${service}.toml
    NAMESPACE kennel::${namespace}
    INCLUDE ${room}/model.h)
endfunction()
