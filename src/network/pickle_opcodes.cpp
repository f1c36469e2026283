// The instruction set of the pickle machine, and those instructions that exist in several widths.
#include <algorithm>
#include <array>
#include <bit>

#include "network/pickle_calls.h"
#include "network/pickle_machine.h"

namespace kennel::network {

using base::ErrorKind;
using base::fail;
using base::Result;

template <class T>
Result<void> PickleMachine::push_integer() {
  KENNEL_TRY(const T value, reader_.number<T>());
  return push(std::int64_t{value});
}

// Two's complement, little-endian, as short as it can be; no bytes at all are a zero.
template <class Length>
Result<void> PickleMachine::push_long() {
  KENNEL_TRY(const Length length, reader_.number<Length>());
  if (length > sizeof(std::int64_t)) {
    return fail(ErrorKind::kTooLarge,
                fmt::format("an integer of {} bytes, the limit is 8", length));
  }
  KENNEL_TRY(const auto bytes, reader_.take(length));
  std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(&value));
  return push(std::bit_cast<std::int64_t>(value));
}

template <class Length>
Result<void> PickleMachine::push_text() {
  KENNEL_TRY(const auto length, reader_.number<Length>());
  KENNEL_TRY(const auto bytes, reader_.take(length));
  return push(base::as_text(bytes));
}

template <class Length>
Result<void> PickleMachine::push_bytes() {
  KENNEL_TRY(const auto length, reader_.number<Length>());
  KENNEL_TRY(const auto bytes, reader_.take(length));
  return push(bytes);
}

template <std::size_t kCount>
Result<void> PickleMachine::push_tuple() {
  PickleItems items(kCount);
  for (std::size_t i = kCount; i > 0; --i) {
    KENNEL_TRY(items[i - 1], pop());
  }
  return push_tuple_of(std::move(items));
}

template <class Index>
Result<void> PickleMachine::put_memo() {
  KENNEL_TRY(const Index index, reader_.number<Index>());
  return set_memo(index);
}

template <class Index>
Result<void> PickleMachine::get_memo() {
  KENNEL_TRY(const Index index, reader_.number<Index>());
  const auto found = memo_.find(index);
  if (found == memo_.end()) return malformed(fmt::format("nothing was kept under {}", index));
  return push(found->second);
}

// The machine's whole instruction set: those with a step are obeyed, those without are known by
// name only. What text-only protocols 0 and 1 need is not here; PyTorch never wrote them.
const PickleMachine::Opcode* PickleMachine::find_opcode(std::uint8_t code) {
  using M = PickleMachine;
  static constexpr auto kOpcodes = std::to_array<Opcode>({
      {0x80, "PROTO", &M::begin_protocol},
      {0x95, "FRAME", &M::begin_frame},
      {'.', "STOP", &M::stop},
      {'N', "NONE", &M::push_none},
      {0x88, "NEWTRUE", &M::push_true},
      {0x89, "NEWFALSE", &M::push_false},
      {'K', "BININT1", &M::push_integer<std::uint8_t>},
      {'M', "BININT2", &M::push_integer<std::uint16_t>},
      {'J', "BININT", &M::push_integer<std::int32_t>},
      {0x8a, "LONG1", &M::push_long<std::uint8_t>},
      {0x8b, "LONG4", &M::push_long<std::uint32_t>},
      {'G', "BINFLOAT", &M::push_float},
      {0x8c, "SHORT_BINUNICODE", &M::push_text<std::uint8_t>},
      {'X', "BINUNICODE", &M::push_text<std::uint32_t>},
      {0x8d, "BINUNICODE8", &M::push_text<std::uint64_t>},
      {'U', "SHORT_BINSTRING", &M::push_text<std::uint8_t>},
      {'T', "BINSTRING", &M::push_text<std::uint32_t>},
      {'C', "SHORT_BINBYTES", &M::push_bytes<std::uint8_t>},
      {'B', "BINBYTES", &M::push_bytes<std::uint32_t>},
      {0x8e, "BINBYTES8", &M::push_bytes<std::uint64_t>},
      {'(', "MARK", &M::mark},
      {')', "EMPTY_TUPLE", &M::push_tuple<0>},
      {0x85, "TUPLE1", &M::push_tuple<1>},
      {0x86, "TUPLE2", &M::push_tuple<2>},
      {0x87, "TUPLE3", &M::push_tuple<3>},
      {'t', "TUPLE", &M::push_marked_tuple},
      {']', "EMPTY_LIST", &M::push_empty_list},
      {'a', "APPEND", &M::append},
      {'e', "APPENDS", &M::append_marked},
      {'}', "EMPTY_DICT", &M::push_empty_dict},
      {'s', "SETITEM", &M::set_item},
      {'u', "SETITEMS", &M::set_marked_items},
      {'c', "GLOBAL", &M::push_global},
      {0x93, "STACK_GLOBAL", &M::push_stack_global},
      {'R', "REDUCE", &M::reduce},
      {'b', "BUILD", &M::build},
      {'Q', "BINPERSID", &M::push_persistent},
      {'q', "BINPUT", &M::put_memo<std::uint8_t>},
      {'r', "LONG_BINPUT", &M::put_memo<std::uint32_t>},
      {0x94, "MEMOIZE", &M::memoize},
      {'h', "BINGET", &M::get_memo<std::uint8_t>},
      {'j', "LONG_BINGET", &M::get_memo<std::uint32_t>},
      {'i', "INST", &M::refuse_instance},
      {'o', "OBJ", nullptr},
      {0x81, "NEWOBJ", nullptr},
      {0x92, "NEWOBJ_EX", nullptr},
      {0x82, "EXT1", nullptr},
      {0x83, "EXT2", nullptr},
      {0x84, "EXT4", nullptr},
      {'P', "PERSID", nullptr},
      {'0', "POP", nullptr},
      {'1', "POP_MARK", nullptr},
      {'2', "DUP", nullptr},
      {'I', "INT", nullptr},
      {'L', "LONG", nullptr},
      {'F', "FLOAT", nullptr},
      {'S', "STRING", nullptr},
      {'V', "UNICODE", nullptr},
      {'l', "LIST", nullptr},
      {'d', "DICT", nullptr},
      {'g', "GET", nullptr},
      {'p', "PUT", nullptr},
      {0x8f, "EMPTY_SET", nullptr},
      {0x90, "ADDITEMS", nullptr},
      {0x91, "FROZENSET", nullptr},
      {0x96, "BYTEARRAY8", nullptr},
      {0x97, "NEXT_BUFFER", nullptr},
      {0x98, "READONLY_BUFFER", nullptr},
  });
  const auto* const opcode = std::ranges::find(kOpcodes, code, &Opcode::code);
  return opcode == kOpcodes.end() ? nullptr : opcode;
}

}  // namespace kennel::network
