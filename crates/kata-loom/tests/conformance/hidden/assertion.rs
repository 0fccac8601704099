panic!("the total changed")
