// Small tables by hand, for facts that no real service shows so plainly.
#pragma once

#include <array>
#include <string>

#include "wire/shape.h"

namespace kennel::wire::tables {

inline const Shape kString{.name = "String", .kind = ShapeKind::kString};
inline const Shape kInteger{.name = "Integer", .kind = ShapeKind::kInteger};
inline const Shape kDouble{.name = "Double", .kind = ShapeKind::kDouble};
inline const Shape kBlob{.name = "Blob", .kind = ShapeKind::kBlob};
inline const Shape kMoment{.name = "Moment", .kind = ShapeKind::kTimestamp};
inline const Shape kName{
    .name = "Name", .kind = ShapeKind::kString, .min = 1, .max = 4, .pattern = "[\\w+=,.@-]+"};
inline const Shape kSecret{
    .name = "Secret", .kind = ShapeKind::kString, .min = 8, .sensitive = true};
inline const Shape kNames{.name = "Names", .kind = ShapeKind::kList, .element = &kName};
inline const Shape kSecrets{.name = "Secrets", .kind = ShapeKind::kList, .element = &kSecret};
inline const Shape kFlatNames{
    .name = "FlatNames", .kind = ShapeKind::kList, .element = &kName, .flattened = true};
inline const Shape kAttributes{
    .name = "Attributes", .kind = ShapeKind::kMap, .element = &kName, .key = &kName};

// A structure that holds itself: as deep as a client likes.
extern const Shape kNode;
inline const std::array<Member, 2> kNodeMembers{
    Member{.name = "Next", .wire_name = "Next", .shape = &kNode},
    Member{.name = "Leaf", .wire_name = "Leaf", .shape = &kString}};
inline const Shape kNode{.name = "Node", .kind = ShapeKind::kStructure, .members = kNodeMembers};

inline const std::array<Member, 2> kChoiceMembers{
    Member{.name = "Left", .wire_name = "Left", .shape = &kString},
    Member{.name = "Right", .wire_name = "Right", .shape = &kString}};
inline const Shape kChoice{
    .name = "Choice", .kind = ShapeKind::kStructure, .members = kChoiceMembers, .is_union = true};

inline const std::array<Member, 12> kInputMembers{
    Member{.name = "RoleName", .wire_name = "RoleName", .shape = &kName, .required = true},
    Member{.name = "Count", .wire_name = "Count", .shape = &kInteger},
    Member{.name = "Ratio", .wire_name = "Ratio", .shape = &kDouble},
    Member{.name = "Data", .wire_name = "Data", .shape = &kBlob},
    Member{.name = "When", .wire_name = "When", .shape = &kMoment},
    Member{.name = "Names", .wire_name = "Names", .shape = &kNames},
    Member{.name = "Flat", .wire_name = "Flat", .shape = &kFlatNames},
    Member{.name = "Attributes", .wire_name = "Attributes", .shape = &kAttributes},
    Member{.name = "Node", .wire_name = "Node", .shape = &kNode},
    Member{.name = "Choice", .wire_name = "Choice", .shape = &kChoice},
    Member{.name = "Password", .wire_name = "Password", .shape = &kSecret},
    Member{.name = "Secrets", .wire_name = "Secrets", .shape = &kSecrets}};
inline const Shape kInput{
    .name = "MakeInput", .kind = ShapeKind::kStructure, .members = kInputMembers};

inline const std::array<Operation, 1> kOperations{
    Operation{.name = "Make", .method = "POST", .uri = "/", .input = &kInput, .output = &kInput}};

inline Service service_of(Protocol protocol) {
  return {.name = "test",
          .signing_name = "test",
          .event_source = "test.amazonaws.com",
          .protocol = protocol,
          .json_version = "1.1",
          .target_prefix = "Test",
          .api_version = "2020-01-01",
          .xml_namespace = "urn:test",
          .operations = kOperations};
}

}  // namespace kennel::wire::tables
