#include "network/pickle_machine.h"

#include <bit>

#include "network/legible.h"
#include "network/pickle_calls.h"

namespace kennel::network {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// A state dict makes some 40 values a tensor; this is room for 100,000 of them, in 300 MB.
constexpr std::size_t kValuesMax = std::size_t{1} << 22;

template <class T>
Result<T> as(const PickleValue& value, std::string_view wanted) {
  if (const T* found = std::get_if<T>(&value)) return *found;
  return malformed(fmt::format("{} where {} is needed", describe(value), wanted));
}

}  // namespace

Result<Pickle> PickleMachine::run() {
  KENNEL_TRY(const std::uint8_t first, reader_.number<std::uint8_t>());
  if (first != 0x80) return malformed("it is not of protocol 2 to 5");
  KENNEL_TRY_VOID(begin_protocol());
  while (!stopped_) {
    KENNEL_TRY(const std::uint8_t code, reader_.number<std::uint8_t>());
    KENNEL_TRY_VOID(run_step(code));
  }
  pickle_.byte_count = reader_.position();
  return std::move(pickle_);
}

Result<void> PickleMachine::run_step(std::uint8_t code) {
  const Opcode* opcode = find_opcode(code);
  if (opcode == nullptr) {
    return malformed(
        fmt::format("byte {} is no instruction: {:#04x}", reader_.position() - 1, code));
  }
  if (opcode->step == nullptr) {
    return refuse(fmt::format("the pickle instruction {}", opcode->name));
  }
  return (this->*opcode->step)();
}

Result<void> PickleMachine::begin_protocol() {
  KENNEL_TRY(const auto version, reader_.number<std::uint8_t>());
  if (version < 2 || version > 5) {
    return fail(ErrorKind::kInvalid,
                fmt::format("pickle protocol {}; 2 to 5 can be read", version));
  }
  return {};
}

// A frame's length only helps a reader to fetch ahead.
Result<void> PickleMachine::begin_frame() {
  KENNEL_TRY(const auto length, reader_.number<std::uint64_t>());
  if (length > reader_.remaining()) return malformed("a frame is longer than the file");
  return {};
}

Result<void> PickleMachine::stop() {
  KENNEL_TRY(pickle_.root, pop());
  if (!stack_.empty() || !marks_.empty()) return malformed("values are left over at its end");
  stopped_ = true;
  return {};
}

// INST names a class and calls it in one go.
Result<void> PickleMachine::refuse_instance() {
  KENNEL_TRY(const auto module, reader_.line());
  KENNEL_TRY(const auto name, reader_.line());
  return refuse(legible(fmt::format("{}.{}", module, name)));
}

Result<void> PickleMachine::push_float() {
  KENNEL_TRY(const auto big_endian, reader_.number<std::uint64_t>());
  return push(std::bit_cast<double>(__builtin_bswap64(big_endian)));
}

Result<void> PickleMachine::mark() {
  marks_.push_back(stack_.size());
  return spend(1);
}

Result<void> PickleMachine::push_empty_list() {
  pickle_.sequences.emplace_back();
  return push(ListId{static_cast<std::uint32_t>(pickle_.sequences.size() - 1)});
}

Result<void> PickleMachine::push_empty_dict() {
  pickle_.dicts.emplace_back();
  return push(DictId{static_cast<std::uint32_t>(pickle_.dicts.size() - 1)});
}

Result<void> PickleMachine::push_marked_tuple() {
  KENNEL_TRY(auto items, pop_marked());
  return push_tuple_of(std::move(items));
}

Result<void> PickleMachine::append() {
  KENNEL_TRY(auto value, pop());
  return append_to_top({value});
}

Result<void> PickleMachine::append_marked() {
  KENNEL_TRY(auto items, pop_marked());
  return append_to_top(std::move(items));
}

Result<void> PickleMachine::set_item() {
  KENNEL_TRY(const auto value, pop());
  KENNEL_TRY(const auto key, pop());
  return set_items_of_top({key, value});
}

Result<void> PickleMachine::set_marked_items() {
  KENNEL_TRY(const auto items, pop_marked());
  return set_items_of_top(items);
}

Result<void> PickleMachine::push_global() {
  KENNEL_TRY(const auto module, reader_.line());
  KENNEL_TRY(const auto name, reader_.line());
  KENNEL_TRY(const auto value, get_global(module, name));
  return push(value);
}

Result<void> PickleMachine::push_stack_global() {
  KENNEL_TRY(const auto name, pop_as<std::string_view>("a name"));
  KENNEL_TRY(const auto module, pop_as<std::string_view>("a module"));
  KENNEL_TRY(const auto value, get_global(module, name));
  return push(value);
}

Result<void> PickleMachine::reduce() {
  KENNEL_TRY(const auto arguments, pop_as<TupleId>("a tuple of arguments"));
  KENNEL_TRY(const auto callable, pop_as<PickleCallable>("a callable"));
  // Arguments that many calls share are paid for by each, or the work would grow as a square.
  KENNEL_TRY_VOID(spend(pickle_.sequences[arguments.index].size()));
  const PickleItems items = pickle_.sequences[arguments.index];
  for (const PickleValue& item : items) {
    const auto* list = std::get_if<ListId>(&item);
    KENNEL_TRY_VOID(spend(list == nullptr ? 0 : pickle_.sequences[list->index].size()));
  }
  KENNEL_TRY(auto value, call(pickle_, callable, items));
  return push(std::move(value));
}

// PyTorch hangs `_metadata` (the versions of the modules) on the OrderedDict; nothing needs it.
Result<void> PickleMachine::build() {
  KENNEL_TRY(const auto state, pop_as<DictId>("a dict of attributes"));
  KENNEL_TRY(const auto target, top_as<DictId>("an OrderedDict"));
  if (!pickle_.dicts[target.index].is_ordered_dict || state.index == target.index) {
    return refuse("the attributes of a plain dict");
  }
  return {};
}

Result<void> PickleMachine::push_persistent() {
  KENNEL_TRY(const auto id, pop_as<TupleId>("a tuple of a storage"));
  KENNEL_TRY(const auto storage, to_storage(pickle_.sequences[id.index]));
  const StorageId next{static_cast<std::uint32_t>(pickle_.storages.size())};
  const auto [known, is_new] = storage_ids_.try_emplace(storage.key, next);
  if (is_new) {
    pickle_.storages.push_back(storage);
    return push(next);
  }
  const PickledStorage& first = pickle_.storages[known->second.index];
  if (first.type != storage.type || first.element_count != storage.element_count) {
    return malformed(
        fmt::format("the storage '{}' is described twice, and differently", legible(storage.key)));
  }
  return push(known->second);
}

Result<void> PickleMachine::memoize() { return set_memo(static_cast<std::uint32_t>(memo_.size())); }

Result<void> PickleMachine::spend(std::size_t values) {
  values_spent_ += values;
  if (values_spent_ <= kValuesMax) return {};
  return fail(ErrorKind::kTooLarge, fmt::format("a pickle of more than {} values", kValuesMax));
}

Result<void> PickleMachine::push(PickleValue value) {
  stack_.push_back(std::move(value));
  return spend(1);
}

Result<PickleValue> PickleMachine::pop() {
  if (!has_top()) return malformed("an instruction finds nothing on the stack");
  const PickleValue value = stack_.back();
  stack_.pop_back();
  return value;
}

Result<PickleItems> PickleMachine::pop_marked() {
  if (marks_.empty()) return malformed("an instruction finds no mark on the stack");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  PickleItems items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

Result<void> PickleMachine::push_tuple_of(PickleItems items) {
  pickle_.sequences.push_back(std::move(items));
  return push(TupleId{static_cast<std::uint32_t>(pickle_.sequences.size() - 1)});
}

Result<void> PickleMachine::append_to_top(PickleItems items) {
  KENNEL_TRY(const auto list, top_as<ListId>("a list"));
  PickleItems& target = pickle_.sequences[list.index];
  target.insert(target.end(), items.begin(), items.end());
  return {};
}

Result<void> PickleMachine::set_items_of_top(const PickleItems& items) {
  KENNEL_TRY(const auto dict, top_as<DictId>("a dict"));
  if (items.size() % 2 != 0) return malformed("a key without a value");
  auto& target = pickle_.dicts[dict.index].items;
  for (std::size_t i = 0; i < items.size(); i += 2) target.emplace_back(items[i], items[i + 1]);
  return {};
}

Result<void> PickleMachine::set_memo(std::uint32_t index) {
  if (!has_top()) return malformed("nothing to keep");
  memo_.insert_or_assign(index, stack_.back());
  return spend(1);
}

template <class T>
Result<T> PickleMachine::pop_as(std::string_view wanted) {
  KENNEL_TRY(const PickleValue value, pop());
  return as<T>(value, wanted);
}

template <class T>
Result<T> PickleMachine::top_as(std::string_view wanted) const {
  if (!has_top()) return malformed(fmt::format("nothing where {} is needed", wanted));
  return as<T>(stack_.back(), wanted);
}

}  // namespace kennel::network
